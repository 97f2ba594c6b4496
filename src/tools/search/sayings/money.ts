/**
 * What people say when they want something of selling, billing and paying.
 *
 * `create fork: my own copy`: a tool that creates something and is called by the word `fork` may be asked for with these
 * words. Several words before the colon are all in what a tool is called; of `repo|repository` one is enough.
 */
export const MONEY = `
# Customers
create customer: new client, make a record for a buyer, add a guest, patron to our books, somebody signs up with us,
  register a shopper, sign up, open a file for, we won a client
update customer: somebody moved, change the address, email or name of a client, default card, language, note about a
  buyer, got married, new surname, new phone, moved house, default way of paying, correct the address
read customer: what do we know about a client, who are our buyers, find somebody by email, client list, details, look
  up a shopper, everyone who ever bought, contact data, is he in our system
delete customer: remove a person from our books, client left for good, forget a buyer, erase a shopper, wants to be
  forgotten
read customer search: find the client with an email or name
create tax id: put the vat number of a company on its record, tax number of a client, vat id, ein, company number
delete tax id: wrong vat number, remove tax number
create balance transaction customer: goodwill, store credit, put an amount on the client's account, owe, credit for
  next invoice, apologise with credit, give 50 for the trouble
read balance transaction customer: how much credit does a client have with us, what does he owe
delete discount: no more percent off for this client, take the reduction away, voucher must stop applying, full price
  again
read discount: which reduction does a client get
# Cards, methods
create card: store another credit or debit card for a client, employee gets a company card
delete card: forget the plastic that ends in 4242, remove a stored card
update card: new expiry date, freeze, block, card was lost or stolen, cancel, activate, limit what can be spent
create payment method attach: keep a way of paying for a client, remember the card, save for next time, link a card to
  somebody
create payment method detach: forget a saved way of paying, remove the card from a client, unlink a card
read payment method: which ways of paying has a client saved, cards on file
create source: add a card or bank account to pay from, way to pay, pay by another method, ideal, giropay
delete source: no longer pay with this, remove
create setup intent: save a card now without charging, charge later when he comes, future payments, keep for later,
  keep the card for later, no charge today, authorise future payments
create bank account: where should money go, iban, routing number, connect the bank
create bank account verify|microdeposit: confirm the two small test amounts, cents that we sent to the bank
create source verify: confirm small amounts
read mandate: did the client permit us to debit his account
# Payments
create payment intent: take money from a card, charge a client, collect a payment, let somebody pay, bill an amount
create charge: take money off a card, debit a client, make somebody pay, sell
read charge: which payments came in, why was a card turned down or declined, was it paid, sales, takings of yesterday,
  details of a payment
read payment intent: did a payment go through, state of a payment, why did it fail, unpaid
read charge|payment search: find payments over an amount, by a client
create payment intent capture: collect the money that was only reserved, authorised, held on a card, cash in what was
  authorised, finally take the deposit, complete a reservation
create charge capture: collect the money that was reserved or held
create payment intent cancel: release the hold, do not take the money, abandon a payment, guest did not come, free the
  reserved amount, let go of the deposit, unblock the money, no longer wants to buy
create payment intent confirm: go ahead with the payment
create payment intent increment authorization: reserve or hold more on the card, sum has grown, guest stays longer,
  bar tab
create refund: give money back, return what was paid, reimburse, send back part of a payment, charged twice, unhappy
  buyer, compensate, make it right, paid twice, double charge, pay back, take the product back, unhappy, return half,
  undo a sale
read refund: which money have we given back, has the reimbursement arrived, who got money back
create refund cancel: stop giving money back, was a mistake, still under way
update refund: note on money given back
create checkout session: let the buyer pay on a page that you host, payment page, shopping basket, pay screen,
  ready-made form for card data, redirect to pay, let them enter their card with you, cart to payment
create checkout session expire: make a pay page invalid, shopper closed the window, too late
read checkout session line item: what was bought on the pay page, contents of the basket
read checkout session: did the shopper finish paying, abandoned carts
create payment link: url where people can pay, sell without a website, post in social media, share, qr code, donate,
  page to pay for donations, sell on social networks, collect money by chat
update payment link: switch a pay url off, no longer sell there
create ephemeral key: temporary access for the mobile app, app on the phone needs access
# Invoices
create invoice: write a bill, draw up, bill for work done, charge a company, ask for payment, bill somebody, charge
  for the project, ask a firm for money, statement of what is due
read invoice: which bills are unpaid, overdue, open, who owes us money, has it been paid, find a bill, show the bill
  with number, behind with paying, open items, dunning list, debtors, who has not paid
update invoice: change a draft bill, due date, memo, footer
delete invoice: throw away the draft of a bill
create invoice send: mail the bill to the client again, by email, remind, chase, remind by e-mail, dispatch the bill,
  get it to them
create invoice finalize: the bill is right, lock it, make it final so that it can go out, issue, bill is ready, close
  it, no more changes
create invoice void: bill was a mistake, make it count for nothing, annul, written wrongly, wrong bill, nullify,
  cancel a bill
create invoice pay: paid in cash or otherwise, mark a bill as settled, collect now, retry the card, they wired it,
  settled outside, collect the bill from the card now, received by bank transfer
create invoice mark uncollectible: will never be paid, bankrupt, insolvent, bad debt, write off, give up hope, went
  bust, insolvency, no hope of getting paid, forget that money
read invoice upcoming: what will a client be billed next month, preview of the next bill, what is going to be charged,
  how much will they owe, estimate of the next bill, what if they switch
read invoice line: what is on a bill, positions
create invoiceitem: put an extra cost on the next bill, add a line, hours of work, one-off fee, surcharge, setup fee,
  bill extra, travel costs, overtime, add to the next statement
update invoiceitem: correct a position of the next bill
delete invoiceitem: take a line off the next bill, extra cost was wrong
read invoiceitem: what waits to be billed
create credit note: knock something off an invoice that has gone out, lower a bill afterwards, correct, too high,
  reduce, bill was too high, partial correction, knock off, compensation on a bill
create credit note void: take back a correction of a bill, the correction was wrong, take it back
read credit note: corrections of bills
# Products, prices
create product: start selling something, new article, item, membership, add to the catalogue, offer, launch, add
  goods, offer something new, start selling
update product: no longer sell it, take off the market, new name or picture of an article, rename, hide from shop,
  rename goods, discontinue, hide, new description or photo
delete product: remove an article from the catalogue
read product: what do we sell, catalogue, range, goods, any mugs in our catalogue, assortment, items for sale
create price: now costs, how much it shall cost a month, new tariff, yearly rate, set what we ask for it, from autumn
  on the tier is, raise, tariff, will cost, new rate, dearer
update price: no longer sell at this amount, retire a tariff
read price: what does it cost, price list, tariffs
create plan: monthly or yearly package with a fee, new tier
read plan: which packages are there, what does a tier cost
delete plan: a package is no longer offered
create sku: variant of an article, size or colour, stock
create coupon: percent off, reduction, black friday, special offer, cheaper for some, loyalty, students pay half,
  sale, promotion, give customers something off
delete coupon: end a special offer, voucher must not work any more
read coupon: which special offers are running, is a voucher still good, vouchers we have, promotions
create promotion code: code customers type in at checkout to get something off, word that gives something off,
  influencer code
update promotion code: take a code out of circulation, switch off
read promotion code: is the code still good, how often was it used
create shipping rate: what delivery costs, express option, postage, we ship to, freight, courier
update shipping rate: delivery price no longer offered
create tax rate: set up vat, sales tax of a country, percent, add sales tax, gst
read tax rate: how high is vat set
read tax code: which kind of goods for tax
create quote: offer for a client with prices, proposal, estimate, price proposal, estimate in writing, bid
create quote accept: client agreed to the offer, said yes, signed, they signed, deal
create quote cancel: client does not want the offer, said no, withdraw it, deal is off
create quote finalize: send the offer officially, make it binding, fix it
read quote pdf: offer as a document, print, download
read quote: which offers are open
create order: somebody buys goods
create order pay: settle what was ordered
create order return: goods come back
# Subscriptions
create subscription: sign somebody up for a plan, start a membership, abo, pay every month, enrol, put on a plan,
  become a member, begin paying monthly, start a trial
read subscription: what has a client signed up for, who is past due, members, abos, recurring, who is on which plan,
  behind with paying, renewals, churn, is he still a member
update subscription: move to another plan, upgrade, downgrade, pause, no collection for some months, cancel at the end
  of the period, switch from basic to pro, extend the trial, more seats, bump up, step down, switch tier, change what
  they pay for, hold for a while, holiday, extend free period, end with the month
delete subscription: cancel, end the membership right now, stop billing every month, quit, wants out, quit a plan
  immediately, leave, terminate, drop a member, not renew
create subscription item: add something to a membership, another product monthly
update subscription item: more or fewer seats, licences, quantity
delete subscription item: drop one part of a membership, drop the extra from somebody's plan, take storage out
create usage record: report how much was used, api calls, units, metered consumption, count, meter, consumed, minutes
  used
read usage record summary: how much of a metered plan was used, consumption
create subscription schedule: start only at a future date, phases, price rises later, first cheap then dear, begin in
  future, later this year, planned change of plan
create subscription schedule cancel: call off what was planned for a membership
create billing portal session: send a client to a page where he changes his own card and plan, self service, manage
  membership, let them manage it themselves, link to cancel or change card, account page
create test clock: try out what happens later, simulate time, travel in time
# Disputes, fraud
update dispute: send the bank our proof, evidence, he says he never bought it, fight a chargeback, defend, answer a
  complaint of the card holder, defend ourselves, we did deliver, tracking number as proof, respond to the bank
read dispute: which chargebacks are open, complaints of card holders, contested payments, complaints to the bank, who
  claims a fraud, contested sales
create dispute close: give up on a chargeback, accept the loss, not worth fighting, let them have the money, not
  contest
create file: upload a scan, contract, receipt, picture as proof, hand in paperwork, photo of the delivery
create file link: let somebody without login see a document
read review: which payments look like fraud and wait for somebody to check, suspicious, was it a scam, doubtful,
  flagged payments, needs a human, looks odd
create review approve: suspicious payment is fine, let it pass, not a fraud, trust it, looks fine, legitimate
read fraud warning: scam, stolen cards, alarms from card companies
create radar value list item: block a person, email, card, ip or country from paying, put on the blacklist, ban a
  shopper, never let this card pay again, put on the naughty list
delete radar value list item: take somebody off the blacklist, no longer block, unban
create radar value list: new blacklist or whitelist
read radar value list item: who is on the blacklist
# Payouts, balance
read balance: how much money do we have, could pay out, what is available, funds, cash position, what is in the
  account, how much is ours, pending money
read balance transaction: every movement of money, ledger, account statement, where did the fees go, bookkeeping, what
  came in, all bookings of a quarter for the accountant, what came in and went out, fees
create payout: send money to our bank now, transfer our earnings out, cash out, withdraw, wire our earnings home, move
  our money out, get our money
read payout: when will the money be on our bank account, arrival, what was sent to the bank, is it on its way, did the
  deposit arrive at our bank, when do we get paid
create payout cancel: stop money that has not left yet for the bank
create payout reverse: get back what was sent to the bank
create topup: fill up our balance from the bank, load money in, feed the balance, put money in
create transfer: seller or partner gets his share, pass money on, split the sale, pay a merchant on the platform, pay
  a seller, driver or host, hand over their part, share the revenue
create transfer reversal: take back the share sent to a seller, get money back from a seller
read transfer: what did sellers get from us, to which sellers did money go
read application fee: how much have we taken from sellers as commission, our cut
create application fee refund: give a seller part of our commission back, overcharged
read exchange rate: what is a dollar in euros, currency conversion, how many yen for a euro
# Connect
create account: new seller, vendor, merchant wants to sell on our platform, open an account, onboard a business, bring
  a reseller on board, sign up a merchant, new shop joins, host, driver
update account: change a seller's data, business, payout plan, merchant's details changed
delete account: close a seller's account, stop dealing with him, drop a merchant
create account reject: seller is a crook, throw him off the platform
read account: which sellers do we have, is a merchant complete, what is our own account set up for, what is still
  missing
create account link: send a seller to the form where he enters bank details and identity, onboarding, sign-up page,
  complete his data, let a merchant fill in his data, finish signing up
create account login link: give a seller a way into his own dashboard
create account person|people: director, owner, representative of a seller's company, enter somebody
update account person|people: changed data of a director or owner
delete account person|people: is no longer a director or owner
read account person|people: who are the owners and directors of a company
create account external|bank: to which bank is a seller paid
delete account external|bank: seller's old bank is no longer used
read account capability: what may a seller do, accept cards, can we take bank transfers yet, what is missing, allowed
  to
update account capability: let a seller take cards
read country spec: which countries can sellers be in, what is needed there, currencies
create apple pay domain: allow paying with the phone wallet on our site
# Identity
create identity verification session: check whether a user is who he says, id card, passport, selfie, age, proof of
  identity
read identity verification: has the passport check gone through, result, why was an id refused
create identity verification session redact: delete passport pictures, privacy, gdpr, personal data erased
create identity verification session cancel: he need not prove who he is any more
# Issuing, terminal
create issuing card: company card for an employee, virtual, plastic for staff, replacement, equip staff with a card to
  pay, give an intern plastic
update issuing card: lost or stolen company card, freeze, cancel, spending limit, at most a month, stop a card,
  missing, cap, budget for a card, reactivate
read issuing card: who of us has a company card, cards of employees, which employees hold a card
create issuing cardholder: register an employee as somebody who may have a company card, somebody may get a card
update issuing cardholder: employee moved, limit for a person
read issuing transaction: what did employees spend on company cards, expenses, purchases of staff, what was bought
  with our cards, business trip costs, who spent
read issuing authorization: what is an employee trying to buy, was a purchase refused
create issuing authorization approve: let an employee's purchase through
create issuing authorization decline: refuse what an employee is buying right now, say no to a purchase
create issuing dispute: shop charged an employee's card wrongly, complain about a purchase, shop overcharged our card,
  goods never came
create issuing dispute submit: send the complaint about a purchase in
create terminal reader: set up a new card machine in the shop, cash register, till, point of sale, install a new till,
  register a card machine at the counter
read terminal reader: which card machines are there, is it online, tills, is the card machine working
update terminal reader: name of a card machine
delete terminal reader: card machine broken, remove
create terminal reader process|payment: let the card machine ask for an amount, pay in the shop
create terminal reader cancel action: clear the screen of the card machine, stop what it is doing
create terminal reader display: show the amount, basket or cart on the screen of the card machine
create terminal location: new shop, store, branch where card machines stand, another branch opens
update terminal location: shop moved
delete terminal location: shop closed
# Reports, events
create report run: spreadsheet, csv of payouts or balance, figures for the accountant, monthly statement, for the
  accountant, bookings, tax office, csv, reconcile
read report run: is the report ready that I ordered, download figures
read report type: which statements can be had
read event: what happened in our account lately, last hour, log, activity, what changed, recent happenings, why did it
  change
create webhook endpoint: tell our server whenever a payment fails or something happens, call a url, ping us, push to
  our backend, be told when money comes in
delete webhook endpoint: no longer call our old server
update webhook endpoint: our server has another address, other kinds of events, notices should go to another address
read webhook endpoint: where are notices of events sent
# Further
create charge|payment intent: cash in, we had an order, collect dollars, take payment for, let them pay, sell for
read charge|payment intent: did he pay, transactions, what was sold, look at a payment, declined, list of sales,
  receipts
read payment link line item: what can one buy through a pay link
read card|payment method: which plastic is on file, how can somebody pay
create source|card: add plastic
read topup: how did we feed our balance
read radar value list: which blocklists are there
create terminal reader process setup: save a card at the counter with the card machine
create terminal reader process payment: ask for the money on the card machine
create terminal reader cancel: the shopper left, reset the card machine
create identity verification: make sure he is real, old enough, prove identity, kyc
create identity verification cancel: no need to check a passport after all
create identity verification redact: wipe the id pictures
update quote: change the prices in an offer
delete apple pay domain: stop taking wallet payments on a site
create terminal connection token: card machine must log in
create token: card number turned into something safe
`;
