/**
 * What people say when they want something of tickets, of documents to sign and of any day in an office.
 *
 * `create fork: my own copy`: a tool that creates something and is called by the word `fork` may be asked for with these
 * words. Several words before the colon are all in what a tool is called; of `repo|repository` one is enough.
 */
export const WORK = `
# Tickets and projects
create issue worklog: spent hours on a ticket, time sheet, book time, worked on it
read issue worklog: how long did people work on a ticket, hours booked
create issue transition: move a ticket to done or in progress, change its state, set status
read issue transition: what can be done with a ticket next, possible states
create issue attachment: screenshot, file to a ticket
read issue changelog: who changed what in a ticket, history
create issue watcher: tell me whenever something changes, keep me informed about a ticket
delete issue watcher: no more mails about a ticket
create issue vote: I like this ticket, count me in, want it too, support
create issue link: two tickets belong together, duplicate, the same as, connect, blocks
delete issue link: tickets have nothing to do with each other
update issue assignee: give a ticket to somebody, who should do it
create issue notify: mail people about a ticket
read issue search: find tickets, all open bugs, query
create search: find all tickets that, query, filter
read search: find, look for
read user assignable: to whom can a ticket be given
create group user: put somebody into a group
delete group user: take somebody out of a group
read group member: who is in a group
create version: plan a release
update version: release is out, shipped, other date
create component: part of the product that tickets belong to
create filter: save a search for later
read filter: my saved searches
create dashboard: page with charts and gadgets
create sprint: two weeks of work
read priority: how urgent can tickets be
read permission: what am I allowed to do
create project: start a new space for tickets
delete project: throw a space with all its tickets away
create project archive: project is over, put away
create project restore: bring a deleted project back
update project role: who is what in a project
read task: how far is a long running job
create task: something to do, to-do
# Documents to sign
create envelope: send a contract to somebody to sign, agreement for signature
read envelope: has it been signed, state of a contract
update envelope: withdraw a contract, void, send it again, remind
read envelope document: download the signed pdf, contract, certificate
read envelope recipient: who must sign and in which order, who has signed
create envelope recipient: one more person must sign
delete envelope recipient: person need not sign any more
create envelope view recipient: sign inside our own web page, embedded signing
read envelope audit: who opened and signed when, proof
read envelope form data: what did signers fill in
create template: standard contract for later use
create brand: our logo and colours in mails
create bulk: send to many people at once
create envelope lock: nobody else may edit meanwhile
update envelope notification: reminders, expires after
create powerform: signing page that anyone can open
read billing invoice: which invoices did we get from the service
read billing plan: what do we pay for the service
# Everyday business
create contact: new person in the address book, lead, prospect
update contact: phone or address of a person changed
read contact: phone number of a person, address book
delete contact: remove a person from the address book
create deal|opportunity: chance of a sale
update deal|opportunity: sale won or lost, other stage
create company|account: new firm we deal with
create lead: somebody is interested
create note: write something down about
create event: appointment, meeting in the calendar, book a date
update event: move a meeting to another time
delete event: call a meeting off
read event: what is in my calendar, appointments, am I free
create email|mail: write to somebody, send a letter
read email|mail: new post, inbox
create folder: new directory
read folder: what is in a directory
delete folder: throw a directory away
update file: move, rename or change a document
create file copy: duplicate a document
create permission|share: let somebody see or edit a document
delete permission|share: stop somebody from seeing a document
create product: new article in the shop
update inventory: how many are in stock
read inventory: how many are left
create order: buy, purchase, place an order
read order: what was bought, where is my parcel
update order: change an order
create order cancel: call an order off
create shipment: send a parcel
read shipment|tracking: where is the parcel
create return: goods come back
create booking|reservation: book a table, room, seat
delete booking|reservation: call a booking off
create review: rate, stars, opinion
create ticket: somebody needs help, problem
update ticket: solve, close, assign, escalate
create user: new account for a person, hire, sign up
update user: change name, lock, deactivate a person
delete user: remove a person's account, left
read user: who has an account, find a person
create password reset: forgot password
create session|login: log in, sign in
delete session: log out
create role: new set of rights
create token: new credential
delete token: credential must not work any more
create form: questions to fill in
read form response: what did people answer
create survey: ask people
create campaign: newsletter, mailing to many
create list member: somebody subscribes to the newsletter
delete list member: unsubscribe somebody from the newsletter
read report: figures, statistics, how did it go
create export: get all data out
create import: bring data in
create backup: copy in case of loss
create restore: bring back from a copy
create dns record: point a domain to a server
create domain: register a web address
create certificate: https
create server|droplet|instance: new virtual machine
create server|instance reboot: start a machine again
delete server|instance: throw a machine away
create alert|monitor: warn me when
read metric: how is it doing, load
create incident: something is down, outage
update incident: outage is over, acknowledge, resolve
create page: write an article
update page: change an article
read weather|forecast: will it rain
`;
