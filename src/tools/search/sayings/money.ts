/**
 * What people say when they want something of selling, billing and paying.
 *
 * `create fork: my own copy`: a tool that creates something and is called by the word `fork` may be asked for with these
 * words. Several words before the colon are all in what a tool is called; of `repo|repository` one is enough.
 */
export const MONEY = `
# Customers
create customer: new client, make a record for a buyer, add a guest, patron to our books, somebody signs up with us
update customer: somebody moved, change the address, email or name of a client, default card, language, note about a buyer
read customer: what do we know about a client, who are our buyers, find somebody by email, client list, details
delete customer: remove a person from our books, client left for good, forget a buyer
read customer search: find the client with an email or name
create tax id: put the vat number of a company on its record, tax number of a client
delete tax id: wrong vat number, remove tax number
create balance transaction customer: goodwill, store credit, put an amount on the client's account, owe, credit for next invoice
read balance transaction customer: how much credit does a client have with us, what does he owe
delete discount: no more percent off for this client, take the reduction away, voucher must stop applying
read discount: which reduction does a client get
# Cards, methods
create card: store another credit or debit card for a client, employee gets a company card
delete card: forget the plastic that ends in 4242, remove a stored card
update card: new expiry date, freeze, block, card was lost or stolen, cancel, activate, limit what can be spent
create payment method attach: keep a way of paying for a client, remember the card, save for next time
create payment method detach: forget a saved way of paying, remove the card from a client
read payment method: which ways of paying has a client saved, cards on file
create source: add a card or bank account to pay from, way to pay
delete source: no longer pay with this, remove
create setup intent: save a card now without charging, charge later when he comes, future payments, keep for later
create bank account: where should money go, iban, routing number, connect the bank
create bank account verify|microdeposit: confirm the two small test amounts, cents that we sent to the bank
create source verify: confirm small amounts
read mandate: did the client permit us to debit his account
# Payments
create payment intent: take money from a card, charge a client, collect a payment, let somebody pay, bill an amount
create charge: take money off a card, debit a client, make somebody pay, sell
read charge: which payments came in, why was a card turned down or declined, was it paid, sales, takings of yesterday, details of a payment
read payment intent: did a payment go through, state of a payment, why did it fail, unpaid
read charge|payment search: find payments over an amount, by a client
create payment intent capture: collect the money that was only reserved, authorised, held on a card
create charge capture: collect the money that was reserved or held
create payment intent cancel: release the hold, do not take the money, abandon a payment, guest did not come, free the reserved amount
create payment intent confirm: go ahead with the payment
create payment intent increment authorization: reserve or hold more on the card, sum has grown, guest stays longer, bar tab
create refund: give money back, return what was paid, reimburse, send back part of a payment, charged twice, unhappy buyer, compensate
read refund: which money have we given back, has the reimbursement arrived
create refund cancel: stop giving money back, was a mistake, still under way
update refund: note on money given back
create checkout session: let the buyer pay on a page that you host, payment page, shopping basket, pay screen, ready-made form for card data
create checkout session expire: make a pay page invalid, shopper closed the window, too late
read checkout session line item: what was bought on the pay page, contents of the basket
read checkout session: did the shopper finish paying, abandoned carts
create payment link: url where people can pay, sell without a website, post in social media, share, qr code, donate
update payment link: switch a pay url off, no longer sell there
create ephemeral key: temporary access for the mobile app
# Invoices
create invoice: write a bill, draw up, bill for work done, charge a company, ask for payment
read invoice: which bills are unpaid, overdue, open, who owes us money, has it been paid, find a bill
update invoice: change a draft bill, due date, memo, footer
delete invoice: throw away the draft of a bill
create invoice send: mail the bill to the client again, by email, remind
create invoice finalize: the bill is right, lock it, make it final so that it can go out, issue
create invoice void: bill was a mistake, make it count for nothing, annul, written wrongly
create invoice pay: paid in cash or otherwise, mark a bill as settled, collect now, retry the card
create invoice mark uncollectible: will never be paid, bankrupt, insolvent, bad debt, write off, give up hope
read invoice upcoming: what will a client be billed next month, preview of the next bill, what is going to be charged
read invoice line: what is on a bill, positions
create invoiceitem: put an extra cost on the next bill, add a line, hours of work, one-off fee, surcharge, setup fee
update invoiceitem: correct a position of the next bill
delete invoiceitem: take a line off the next bill, extra cost was wrong
read invoiceitem: what waits to be billed
create credit note: knock something off an invoice that has gone out, lower a bill afterwards, correct, too high, reduce
create credit note void: take back a correction of a bill
read credit note: corrections of bills
# Products, prices
create product: start selling something, new article, item, membership, add to the catalogue, offer
update product: no longer sell it, take off the market, new name or picture of an article, rename, hide from shop
delete product: remove an article from the catalogue
read product: what do we sell, catalogue, range
create price: now costs, how much it shall cost a month, new tariff, yearly rate, set what we ask for it
update price: no longer sell at this amount, retire a tariff
read price: what does it cost, price list, tariffs
create plan: monthly or yearly package with a fee, new tier
read plan: which packages are there, what does a tier cost
delete plan: a package is no longer offered
create sku: variant of an article, size or colour, stock
create coupon: percent off, reduction, black friday, special offer, cheaper for some
delete coupon: end a special offer, voucher must not work any more
read coupon: which special offers are running, is a voucher still good
create promotion code: code customers type in at checkout to get something off
update promotion code: take a code out of circulation, switch off
read promotion code: is the code still good, how often was it used
create shipping rate: what delivery costs, express option, postage
update shipping rate: delivery price no longer offered
create tax rate: set up vat, sales tax of a country, percent
read tax rate: how high is vat set
read tax code: which kind of goods for tax
create quote: offer for a client with prices, proposal, estimate
create quote accept: client agreed to the offer, said yes, signed
create quote cancel: client does not want the offer, said no, withdraw it
create quote finalize: send the offer officially, make it binding, fix it
read quote pdf: offer as a document, print, download
read quote: which offers are open
create order: somebody buys goods
create order pay: settle what was ordered
create order return: goods come back
# Subscriptions
create subscription: sign somebody up for a plan, start a membership, abo, pay every month
read subscription: what has a client signed up for, who is past due, members, abos, recurring
update subscription: move to another plan, upgrade, downgrade, pause, no collection for some months, cancel at the end of the period, switch from basic to pro, extend the trial, more seats
delete subscription: cancel, end the membership right now, stop billing every month, quit
create subscription item: add something to a membership, another product monthly
update subscription item: more or fewer seats, licences, quantity
delete subscription item: drop one part of a membership
create usage record: report how much was used, api calls, units, metered consumption, count
read usage record summary: how much of a metered plan was used, consumption
create subscription schedule: start only at a future date, phases, price rises later, first cheap then dear
create subscription schedule cancel: call off what was planned for a membership
create billing portal session: send a client to a page where he changes his own card and plan, self service, manage membership
create test clock: try out what happens later, simulate time
# Disputes, fraud
update dispute: send the bank our proof, evidence, he says he never bought it, fight a chargeback, defend, answer a complaint of the card holder
read dispute: which chargebacks are open, complaints of card holders, contested payments
create dispute close: give up on a chargeback, accept the loss, not worth fighting
create file: upload a scan, contract, receipt, picture as proof
create file link: let somebody without login see a document
read review: which payments look like fraud and wait for somebody to check, suspicious, was it a scam, doubtful
create review approve: suspicious payment is fine, let it pass, not a fraud, trust it
read fraud warning: scam, stolen cards, alarms from card companies
create radar value list item: block a person, email, card, ip or country from paying, put on the blacklist
delete radar value list item: take somebody off the blacklist, no longer block
create radar value list: new blacklist or whitelist
read radar value list item: who is on the blacklist
# Payouts, balance
read balance: how much money do we have, could pay out, what is available, funds, cash position
read balance transaction: every movement of money, ledger, account statement, where did the fees go, bookkeeping, what came in
create payout: send money to our bank now, transfer our earnings out, cash out, withdraw
read payout: when will the money be on our bank account, arrival, what was sent to the bank, is it on its way
create payout cancel: stop money that has not left yet for the bank
create payout reverse: get back what was sent to the bank
create topup: fill up our balance from the bank, load money in
create transfer: seller or partner gets his share, pass money on, split the sale, pay a merchant on the platform
create transfer reversal: take back the share sent to a seller
read transfer: what did sellers get from us
read application fee: how much have we taken from sellers as commission, our cut
create application fee refund: give a seller part of our commission back, overcharged
read exchange rate: what is a dollar in euros, currency conversion
# Connect
create account: new seller, vendor, merchant wants to sell on our platform, open an account, onboard a business
update account: change a seller's data, business, payout plan
delete account: close a seller's account, stop dealing with him
create account reject: seller is a crook, throw him off the platform
read account: which sellers do we have, is a merchant complete, what is our own account set up for, what is still missing
create account link: send a seller to the form where he enters bank details and identity, onboarding, sign-up page, complete his data
create account login link: give a seller a way into his own dashboard
create account person|people: director, owner, representative of a seller's company, enter somebody
update account person|people: changed data of a director or owner
delete account person|people: is no longer a director or owner
read account person|people: who are the owners and directors of a company
create account external|bank: to which bank is a seller paid
delete account external|bank: seller's old bank is no longer used
read account capability: what may a seller do, accept cards
update account capability: let a seller take cards
read country spec: which countries can sellers be in, what is needed there, currencies
create apple pay domain: allow paying with the phone wallet on our site
# Identity
create identity verification session: check whether a user is who he says, id card, passport, selfie, age, proof of identity
read identity verification: has the passport check gone through, result, why was an id refused
create identity verification session redact: delete passport pictures, privacy, gdpr, personal data erased
create identity verification session cancel: he need not prove who he is any more
# Issuing, terminal
create issuing card: company card for an employee, virtual, plastic for staff, replacement
update issuing card: lost or stolen company card, freeze, cancel, spending limit, at most a month
read issuing card: who of us has a company card, cards of employees
create issuing cardholder: register an employee as somebody who may have a company card
update issuing cardholder: employee moved, limit for a person
read issuing transaction: what did employees spend on company cards, expenses, purchases of staff
read issuing authorization: what is an employee trying to buy, was a purchase refused
create issuing authorization approve: let an employee's purchase through
create issuing authorization decline: refuse what an employee is buying right now
create issuing dispute: shop charged an employee's card wrongly, complain about a purchase
create issuing dispute submit: send the complaint about a purchase in
create terminal reader: set up a new card machine in the shop, cash register, till, point of sale
read terminal reader: which card machines are there, is it online
update terminal reader: name of a card machine
delete terminal reader: card machine broken, remove
create terminal reader process|payment: let the card machine ask for an amount, pay in the shop
create terminal reader cancel action: clear the screen of the card machine, stop what it is doing
create terminal reader display: show the amount, basket or cart on the screen of the card machine
create terminal location: new shop, store, branch where card machines stand
update terminal location: shop moved
delete terminal location: shop closed
# Reports, events
create report run: spreadsheet, csv of payouts or balance, figures for the accountant, monthly statement
read report run: is the report ready that I ordered, download figures
read report type: which statements can be had
read event: what happened in our account lately, last hour, log, activity
create webhook endpoint: tell our server whenever a payment fails or something happens, call a url
delete webhook endpoint: no longer call our old server
update webhook endpoint: our server has another address, other kinds of events
read webhook endpoint: where are notices of events sent
`;
