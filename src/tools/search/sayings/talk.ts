/**
 * What people say when they want something of talking to each other, and of those who do.
 *
 * `create fork: my own copy`: a tool that creates something and is called by the word `fork` may be asked for with these
 * words. Several words before the colon are all in what a tool is called; of `repo|repository` one is enough.
 */
export const TALK = `
# Messages
create chat post message: say, write, tell everybody in a channel, announce, answer in a thread, send a text to a
  person, ping the crew, let the team know, shout, broadcast, drop a line, reply in the thread, inform everyone, ask
  in a channel
create message: write to a channel or person, say something, answer, text, sms to a phone number, tell, post, reply,
  speak
update chat|message: typo in what I wrote, correct a message, edit my post, reword
delete chat|message: take back what I wrote, unsend, remove a post
create chat post ephemeral: whisper, only one person sees it, nobody else, just for her eyes, hint that vanishes,
  secretly
create chat schedule message: say it later, tomorrow morning, at eight, delayed sending, in the future, not now,
  later, next monday, in the evening, queue up, timed announcement
read chat scheduled message: what is waiting to be sent later, delayed, planned posts, queued posts, what goes out
  later
delete chat scheduled message: do not send a delayed text after all, call off what was planned for later, drop the
  queued announcement, not needed any more, cancel what was timed
read chat permalink: link that leads straight to a message, url of a post, url to point somebody to a post
create chat me message: in the third person, say what I am doing, is off for lunch
create chat unfurl: show a preview of a link that was posted
read conversation history: what was said in a channel today, last messages, read along, catch up, missed, gist of what
  people wrote, since yesterday, scroll back, summary, transcript, what did I miss
read conversation reply: answers below a message, whole thread, responses, how did people answer a post, follow-ups
read message: what was written in a channel, last posts, did my text arrive, delivered
read conversation|channel: which rooms are there, about a room, purpose, who made it
create conversation|channel: new room, place to talk, group for a project
create conversation archive: room is over, put away, close down, project finished, no longer used, finished, mothball
  a room
create conversation unarchive: bring an old room back, open again
delete conversation|channel: wipe a room out for good with everything in it
create conversation rename: room should be called otherwise, other name, new title for a room
update channel: rename a room, other topic, slow mode
create conversation topic|purpose: what a room is about, what it is for, heading, description
create conversation invite: bring people into a room, add somebody to a channel, let a colleague join, is to join the
  talks, let in, drag in, pull somebody into a room
create conversation kick: throw somebody out of a room, remove a person from a channel, does not belong here, boot,
  remove from a room
create conversation join: I would like to be in a room, enter
create conversation leave: I do not want to be in a room any more, get me out, mute for good, get out of a room
create conversation open: write privately with a person or several, direct message, chat with two people, dm, start a
  private talk
create conversation close: hide a private chat from my sidebar
create conversation mark: read up to here, mark as seen, nothing new, caught up, set as read
read conversation member: who is in a room, participants, people in a channel, which of us are in a secret room, list
  of participants
read user conversation: in which rooms is a person, channels of somebody, where does somebody hang out
create conversation convert private: room should not be open to everybody, only for members, secret, confidential,
  hide from others
create admin conversation disconnect: cut another company off from a shared room, stop sharing with another company
read search message: find where we talked about something, who said, look for words in what was written, who
  mentioned, find the talk about, look for a word
create thread: discuss something below a message, side discussion
update thread member: join a side discussion
# Reactions, pins, stars
create reaction: heart, thumbs-up, smiley under a post, like, applaud
create reaction remove: take my smiley or thumbs-up away
read reaction: what smileys did a post get, what have I liked, responses
create pin: keep a message at the top of a channel, stick, important, so that all find it
create pin remove: message need not be stuck to the top any more
read pin: what is stuck to the top of a channel, important messages kept
update pin: keep at the top
delete pin: no longer at the top
create star: save a message for later, remember, bookmark, favourite
create star remove: no longer a favourite, done with it
read star: what have I saved for later, bookmarks, favourites
# Files
create file upload: share a pdf, document, picture, report with a channel, put it there, send around slides, post a
  document
delete file: remove a document or spreadsheet put there by mistake
create file delete: remove a document, spreadsheet, picture put there by mistake, wrong slides, take the document away
read file: which documents did somebody share, what is in a file, presentations, find a spreadsheet, slides,
  attachments, find a document
create file shared public: anyone with the link should see a document, outside the company, without login, let a
  client open it
create file revoke public: link to a document must stop working outside, no longer open to the world
create file comment delete: remove a remark under a document
create file remote add: show a document from our own drive or other storage
# People
read user lookup email: who is the person with this address, find by email, whose address is it
read user info: about a person, time zone, name, is she an admin
read user list: who is in the workspace, all people, colleagues, everybody, staff directory, headcount
read user presence: is somebody online, at the desk, active, there at the moment, is she around, at her desk
create user presence: show me as away, appear offline or here
read user profile: phone number, title, job, status of a person, how can I reach somebody, contact card, what does she
  do
create user profile: set my status, on holiday, in a meeting, change my title, phone, emoji next to my name
create user photo: change my picture, avatar, other face
create user delete photo: look awful on my picture, remove it
create user active: I am here
read team profile: extra fields that people fill in
read dnd: is somebody in quiet mode, until when may I not be disturbed, who must not be disturbed, may I bother
  somebody, who is in focus time
create dnd snooze: nobody may disturb me for some hours, quiet, no notifications, focus, leave me alone, peace, hush,
  focus time, no pings, meeting, silence for an hour
create dnd end: I can be disturbed again, notifications on, pings on again, stop the quiet
create reminder: remind me tomorrow, do not let me forget, in an hour, to call somebody
create reminder complete: have done that, tick it off, done, finished
create reminder delete: need not be reminded of that after all
read reminder: what did I ask to be reminded of, my to-do, my alarms
create usergroup: handle for a group of people, at-mention for a team
create usergroup update: rename a handle, other description
create usergroup user update: who is on call now, change who is pinged or notified by a handle, people behind a
  mention, rota, new shift, on duty, change the people behind a mention
read usergroup user: who gets pinged, notified by a handle, people behind a mention
create usergroup disable: handle is not needed any more, group is no longer used, retire a mention
create usergroup enable: bring a handle back to life
read usergroup: which handles and groups can one mention
create usergroup channel: people of a group should automatically be in rooms
# Admin
create admin user invite: let a new colleague or hire in to the workspace, bring somebody in, new starter, get
  somebody on slack
create admin user remove: left the company, take his account away, no longer works here, deactivate, quit, close an
  account, offboard, resigned, fired
create admin user set admin: make somebody an administrator, more rights, may run the place, promote
create admin user set regular: ordinary member again, no longer an admin, demote, strip of admin rights
create admin user set owner: hand the workspace to somebody
create admin user set expiration: guest account ends on a date, may stay until
create admin user session: log somebody out on all devices, stolen phone, force to sign in again, sign out everywhere
create admin user assign: let an existing person into another workspace, works for two workspaces
read admin invite request: who asked to join and is still waiting, wants in
create admin invite request approve: let a person's wish to join go through, yes, let them in
create admin invite request deny: person may not join, no, turn down, keep them out
create admin app approve: allow an app to be installed, yes to a program, go ahead with an integration, allow
create admin app restrict: forbid an app, program may not be installed, ban an integration
read admin app request: which apps wait for our yes, who wants to install something
read admin app restricted: which apps are forbidden, may not be installed
read admin app approved: which apps are allowed, programs we said yes to, allowed integrations
create emoji|admin add: put our own smiley in
create emoji|admin remove: get rid of a smiley
create emoji alias: second name for a smiley
read emoji: which smileys did we make ourselves
create admin team create: open another workspace for a subsidiary
create admin team setting default channel: everybody who joins should find himself in these rooms, newcomers
create admin team setting icon: new logo of the workspace
create admin team setting name: workspace is called otherwise
create admin team setting discoverability: who can find our workspace
read admin team admin|owner: who runs the workspace, is in charge
read team access log: from where and with which devices did people sign in, logins, suspicious logins, where did
  people connect from
read team billable: what do we pay for, who counts on the bill, who costs us money
read team info: what is our workspace called, domain
read team integration log: who added which app and when
read auth test: does my token still work, who am I, check the connection, which account is this token
read auth revoke: throw this token away, make it useless
read oauth access: exchange a code for a token
read view open: form, popup, dialog for a user who pressed a button, popup window, ask for input
read view publish: app's own start page, home tab
read view update: replace what an open form shows, next step
read view push: another page on top of a form
read dialog open: show a form with fields to the user
create call add: start a call in our own video system, meeting, register a video conference
create call end: video call or meeting is over, hang up, conference finished
create call participant add: somebody joined the meeting, has entered the video conference
create call participant remove: somebody left the meeting, dropped out of the video conference
read bot info: which robot is this, which program posts here
read rtm|gateway: live stream of events, websocket
# Community servers
update ban: lock a troll out of the server for good, banish, never let him in again
delete ban: let a banned person back in, forgive
create bulk ban: banish many people at once, raid
delete guild member: throw somebody out, may come back later, kick, get rid of a person, boot
update guild member role: make somebody a moderator, give a rank
delete guild member role: no longer a moderator, take a rank away
update guild member: nickname, mute, timeout, silence a person for a while
read guild member: who is on our server, people
create invite|invitation: link with which friends can join, let people in
read invite|invitation: which invitations are open
delete invite|invitation: link to join must not work any more
create guild scheduled event: plan an evening, game night, meeting on a date
create message bulk delete: clean many spam messages at a go
create message crosspost: publish an announcement to followers
read audit log: who did what, doings of admins and moderators, trail of changes
read guild prune: how many inactive people would be removed
create guild prune: throw out all who have been inactive
create auto moderation rule: automatically stop swear words, spam filter
create channel typing: show that somebody is writing
create channel webhook: let another system write into a channel
create webhook: post as an outside program
update channel permission: who may see or write in a channel, hide from a role
create guild role: new rank
read guild role: which ranks are there
delete guild: close the server, leave it
create guild emoji: own smiley
create guild sticker: own sticker
create stage: start a talk on stage
read voice state: who is speaking, in a voice channel
create poll expire: end a vote
read poll answer: who voted for what
# Further
create chat update: announced the wrong thing, put right, change my words, fix the post, revise
create chat delete: oops, wrong channel, unsend, embarrassing, remove what I posted
create conversation create: start a room, open a space for a project
create conversation set topic|purpose: tell newcomers what a room is about, headline
read conversation list: all rooms, public channels
create admin conversation pref: only admins may post, restrict writing
create reaction add: emote, respond with a smiley, cheer
create pin add: hang up at the top, put up, keep visible
create star add: mark for me, keep for later
create reminder add: nudge me, alarm, at four, do not forget, wake me
create user profile set: out of office, sick leave, lunch, vacation, make people see where I am, my pronouns
create user set presence: invisible, auto, away from keyboard
create user set photo: new portrait, look
create usergroup create: one mention for the whole crew
read usergroup channel: into which rooms are people of a group put automatically
create file revoke: outsiders should not open it any longer
read admin invite request denied: whom did we turn down
read admin invite request approved: whom did we let in
read admin team list: which workspaces does the company have
create admin team set name: workspace should be called
create admin emoji add: new smiley of our mascot, upload
create admin emoji remove: a smiley must go
create admin emoji rename: a smiley should be named otherwise
read api test: is it reachable, ping, up
read app permission: which rights does our app have
read app uninstall: take our app out of the workspace
read oauth: swap the login code for an access token
create channel invite: bring friends in
delete message: clean up a post, moderate
create admin conversation set team: room should be seen in several workspaces
create admin conversation restrict access: only one group may enter a room
create admin team set description: what the workspace is for
create admin team set discoverability: hide our workspace
read call info: who is on the video call
create call update: other link for the video call
read migration: old ids to new
create admin usergroup add channel: everybody of a group lands in rooms
create admin usergroup remove channel: group need not be in a room
read workflow step: step of an automation is done or failed
read app permission request: ask for more rights
`;
