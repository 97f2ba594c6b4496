/**
 * What people say when they want something with code and those who work on it.
 *
 * `create fork: my own copy`: a tool that creates something and is called by the word `fork` may be asked for with these
 * words. Several words before the colon are all in what a tool is called; of `repo|repository` one is enough.
 */
export const CODE = `
# Repositories
create fork: my own copy of a project or repository, copy somebody's code into my account, clone it to work on it,
  take over the source and change it, branch off somebody's project, derive our own version, spin-off
read fork: who copied our repository, copies that others made, how many have cloned the project for themselves
create merge upstream: my copy is behind the original, catch up with the project it was copied from, pull in latest
  changes from the original, refresh my copy
create repo|repository: start a new project, place for code, empty private or public codebase, set up a home for
  source, set up, found or spin up a codebase for a new service, need somewhere to put our code, git home
update repo|repository: make it private, public, read only, archive, retire, rename the project, change its
  description or default branch, dead, no longer maintained, freeze, turn wiki or issues off, old name back, toggle
  visibility, allow squash only, let nobody outside see it, open source it, publish our code, mothball, deprecated,
  homepage, default branch switch
delete repo|repository: throw the whole project away for good, get rid of codebase, nuke, wipe, we do not need the
  code any longer, remove for ever
read repo|repository: what is this project about, how many stars, is it private, what projects do we have, which
  codebases belong to, list projects of somebody, default branch, how big, when was it created, who owns it, tell me
  about a project, everything we host, all our codebases, whose is it
create repo transfer: hand the project over to another owner, organisation or account, move ownership, give away,
  change owner, belongs to another company now
create repo generate: new project from a template, skeleton, boilerplate, start from our standard layout
read topic: keywords, subjects, tags the project is filed under
update topic: set the keywords a project is filed under
read language: what is it written in, which programming languages, share of code by language, is it python or go, tech
  stack
read license: may I use this code, legal terms, under which terms, gpl, mit, apache, can we use it commercially
read readme: front page, introduction, the text shown first, what the project says about itself, documentation
read contributor: who wrote the code, who worked on it most, authors, developers behind the project, most commits, top
  committers, who knows this code best, credits
read content: text of a file, show me what is in a file or folder, source of a file on a branch, open a file, which
  files are in the directory, what does a file say, print, look into, source code of, what is in a folder, view
update content: write a file, change a line in a file and commit it, edit text in the repository, add a new file,
  save, correct a typo, port, version number in, change a line, replace text, bump, write documentation, update the
  readme, put a file in, check in, write to disk
delete content: remove a file from the repository, get rid of an obsolete file, drop a file, obsolete, not needed
read tree: all files and folders, whole directory structure, recursively
read zipball|tarball: download the whole source as an archive, zip, tar, snapshot of the code at a version
read branch: which branches are there, lines of development, latest commit on a branch, is it protected, lines of
  work, which are stale, is there a feature line, tip of main
create branch rename: call master main, other name for a branch, default line gets a new name
create git ref: cut, make or start a new branch from a commit, set a tag, hotfix branch, branch off, mark a version,
  start a line of work, fork off, point for a release, new feature line, label a commit with a version
delete git ref: drop, remove or get rid of a branch that has been merged, old feature branch no longer needed, delete
  a tag, stale, dead or merged feature line, clean up old branches, wipe a tag
update git ref: force a branch to point at another commit, reset, move a branch back, point a branch to another
  commit, rewind, fast forward, force push
create git tag: mark a commit as a version with a message, annotated
read tag: which versions have been tagged, version list, every version ever tagged
create merge: merge one branch into another without a pull request, combine branches
read compare: difference between two versions, tags or branches, what changed since, commits in between, what is new
  since the last release, how far is a branch ahead or behind, what is in this version that was not in the last,
  unreleased changes
read commit: what was changed last, history of a file or branch, log, who touched a file, what did a revision do, who
  broke, when was it changed, author of a change, who introduced, what happened last week in the code, latest changes,
  when did this line change, authors, recent work
read commit pull: in which pull request did a commit land, where did the change come from, which review brought it
read commit status|check: are the checks green, did the tests pass for that commit, is it red, combined state of ci
create status: mark a commit as passed or failed by an external checker, report a result of our own ci, set green or
  red, tell that our test server is happy
create check run: report test results of our tool, own checker, annotate lines, mark as passed
create check rerequest: run a failed check again, repeat
read check annotation: on which lines did the linter complain, warnings in detail
read collaborator: who has access to the repository, who can push, people with rights, outside helpers, who may
  commit, contribute, write, change code, list of people with commit rights, helpers
read collaborator permission: is somebody allowed to push or write, what rights or level does a person have, may she
  change it, can she push, which role, read or admin, level of access
update collaborator: give somebody write or read access to a repository, let a person push, add a helper or
  contractor, invite as maintainer, let in a freelancer, grant commit rights, allow to push, share with
delete collaborator: take rights or access away from somebody, stop contractor from pushing, remove a helper from the
  project, revoke somebody's rights, lock a former colleague out of a project
update team repo: let a team or department push to a repository, give the people in a group access to a project, share
  a project with a squad, let the department in
read team repo: which projects can a team work on
read star|stargazer: who likes the project, who gave a star, fans, popularity, how many stars
update star|starred: bookmark a project, remember it, mark as favourite, give it a star, like, cool project, want to
  find it again, thumbs up for a repo
delete star|starred: take my star away, no longer a favourite, remove bookmark
read starred: what did I bookmark, my favourites, projects I liked
update subscription: watch a project, follow what happens in it, keep me posted about everything, mute or ignore a
  repository, notify me of everything in a project, get mails
delete subscription: stop telling or mailing me about it, no more updates, unwatch, leave me in peace, too many mails,
  stop spamming me
read subscriber|subscription: who watches the repository, what do I watch, follow
read traffic view: how many people looked at our page, visitors, visits, page views, interest in the last two weeks
read traffic clone: how often was the code downloaded or cloned, downloads lately, how many fetched our code
read traffic referrer: from which sites do visitors come, who links or sends people to us, where does interest come
  from
read traffic path: which pages of the repository are most read, most popular pages
read stats code frequency: how many lines were added and removed per week, growth
read stats commit activity: how busy has the project been, commits per week over the year
read stats punch card: at what time of day do people work, busiest hours, days
read stats participation: share of the owner's work compared with everybody
# Issues
create issue: file a bug, report a problem or defect, request a feature, open a ticket, write down a task, something
  is broken, complain, note down a bug, raise, log, crash, does not work, broken, wish, idea, proposal, to-do, users
  complain, new task for the team
update issue: close, reopen, resolve, set as done or not planned, change title, description, milestone, state, mark as
  completed, duplicate, belongs into a goal or milestone, retitle, done, finished, solved, wontfix, invalid,
  reclassify, hand to, next version, set milestone
read issue: what bugs are open, tickets assigned to me, problems, what is still to be done, tasks, backlog, details of
  a bug, what is left, what should I work on, reported by, oldest problems, outstanding, how many, unsolved, what is
  on my plate, details of a ticket
create issue comment: answer, reply, remark under a ticket or pull request, write that it is fixed, say something,
  leave a note, chime in, respond, thank somebody, add information, ask the reporter, ping under a ticket, mention
read issue comment: what did people say or reply, discussion below a ticket, answers, conversation, remarks, what has
  been said, arguments, who answered, feedback of users
update issue comment: reword what I wrote, correct my answer, edit a remark, typo in comment
delete issue comment: remove what somebody wrote, insulting or offensive remark, spam under an issue
update issue lock: stop people from writing, end a heated discussion, fighting, quarrel, trolls, no more comments,
  close the conversation, shut down a flame war, abusive thread, heated, silence, enough talk
delete issue lock: let people write and comment again, reopen the discussion
create issue assignee: give the ticket to somebody, put a person on it, who should work on it, make responsible, take
  over, make somebody take care of, responsible, let her handle it, pick it up
delete issue assignee: take somebody off a ticket, no longer responsible, free somebody of a ticket, cannot do it
read assignee: who can be given a ticket, possible owners of a task
create issue label: put a tag or category on a ticket, mark as bug, urgent, needs triage, classify, flag, sort,
  prioritise, colour-code a ticket, call it a duplicate
delete issue label: take a tag off, it is no bug, remove category, no longer urgent, unflag
create label: a new colour tag for tickets, invent a category, need a red one
update label: other colour, name or description of a category
delete label: a category is not used any more
read label: which categories and tags are there for tickets
create milestone: new goal with due date, plan for version, sprint, target for version, aim, deadline for a release
update milestone: move the deadline, due date of a version, close the goal, what is due when, postpone, push back the
  date, extend, finish a goal
read milestone: goals, how far is version, what is planned, deadlines, progress towards a release, due, are we on
  time, roadmap, how much is left for a version
read issue event|timeline: who closed or labelled it and when, history of a ticket, what happened to it
read issue dependency blocked: what is holding up or keeping a ticket from being started, what must be done before,
  waits for, prerequisites
read issue dependency blocking: what does this ticket hold up, what depends on it, waits for it
create issue dependency blocked: this ticket must wait for another one, needs other to be done first
create sub issue: split a ticket in parts, child task, part of a larger one, break down
read sub issue: parts of a ticket, children, subtasks
read issue parent: which larger ticket does it belong to, epic
create reaction: thumbs up, like, heart, smiley, emoji on a post or comment, agree with, emote, celebrate, rocket
delete reaction: take back my thumbs up or emoji
read reaction: who liked it, which smileys did it get, how do people feel about it, responses
read issue type|field: kinds of tickets, bug, task, feature, custom attributes
# Pull requests
create pull: propose my changes, open a merge request, offer a branch for review, submit code, get my work into main,
  draft, bring my branch in, ask for my patch to be taken, submit a patch, contribution, put up for review, want this
  merged
update pull: change title, description or base branch, close without merging, reopen, mark ready, retarget, reword the
  title, withdraw a patch, drop it, take back my proposal, convert to draft
read pull: which changes wait for review, open merge requests, state of a pr, can it be merged, conflicts, colleagues'
  changes still open, patches waiting, contributions, who proposed, stale, what is being worked on, ready to go in
update pull merge: squash, rebase, accept the changes, get it into main, land it, press the merge button, ship it,
  take the patch, let it in, integrate, fold into, bring the feature in, combine
read pull merge: has it gone in yet, was it merged, landed already
read pull file: which files does it touch or change, modified, diff, what does a patch change, how large is a patch,
  edited files
read pull commit: what is part of it, revisions in a change request
create pull review: approve, request changes, looks good, lgtm, give my opinion on the code, reject, comment on the
  diff, sign off, thumbs up for a change, give the ok, nod through, object, reject a patch, say what is wrong with it,
  assess
read pull review: who has looked at it and what did they say, was it approved, verdicts, opinions, feedback so far,
  did anyone approve, objections, votes on a patch
update pull review dismissal: undo an approval, take back a verdict, approval does not count any more
create pull requested reviewer: ask somebody to look over or check my code, needs another pair of eyes, who should
  review, nominate, want an opinion, second opinion, get eyes on, have it checked by, assign for review
delete pull requested reviewer: somebody need not look at it any more, is on leave, no longer asked, too busy to look,
  drop from the list of those asked
read pull requested reviewer: who still has to look at it, whose opinion are we waiting for
create pull comment: remark on a line of code, point at a line, suggestion in the diff, tell the author something
  about line, leak, typo, nitpick, suggestion for a line
create pull comment reply: answer a remark on a line of my change, respond to a reviewer
read pull comment: remarks of reviewers on lines, criticism in the code
update pull branch: bring it up to date with main, behind the base, catch up, rebase
# Webhooks, apps
create hook: call our server whenever something happens, tell our url about pushes, notify another system, callback,
  tell another system, notify our bot on push, integrate with jenkins, inform, push events to an endpoint
create hook ping|test: is our endpoint alive, send it something, try it out
read hook delivery: did the notification get through, what was sent to our server, failed calls, was our server
  reached, what went over the wire, why did it not get the event
create hook delivery attempt: send a failed notification to our server once more, repeat delivery
delete hook: stop calling our server, no more notifications to a url, disconnect, cut off an old system
read hook: which servers are told about events, where are notifications sent
update hook: our server moved to another address, other events, new secret, new address for notifications, change
  secret, pause
read installation: which apps and programs have been let in, third party integrations, where is our app installed
delete installation: throw an app out, uninstall
update installation suspend: put an app on hold for an account
create installation token: credentials for acting as the app
# Organisations, users
read member: who belongs to the organisation or team, people in it, employees, two-factor missing, staff list,
  everybody here, headcount, who is with us
delete member|membership: kick somebody out of the company, organisation, team, group, leaves, no longer works here,
  fired, resigned, offboard, lock out of the company, revoke all access, ex-employee
update membership: put a person into a team or organisation, make her maintainer, admin, owner, promote, role, bring
  aboard, promote to owner, change role
read membership: is somebody a member, role of a person, have they accepted
create invitation: ask a person by email to join the organisation, bring in a new colleague, bring someone aboard, new
  hire, starts on monday, give a seat in the organisation, onboarding
read invitation: who was asked to join and has not answered, open or pending invites
delete invitation: take an invite back
create team: new group of people, squad, department, form a squad, make a group for the people working on
delete team: dissolve a group, disband
update team: rename a group, hide it, change its parent
read team: which groups does our organisation have, departments, squads, groups within the company
read outside collaborator: people from outside with access, contractors, freelancers
update outside collaborator: turn a member into an outsider
update block: never see somebody again, keep a spammer away, harasses, stop a troll from bothering me
delete block: forgive, let somebody contact me again
read block: whom have I shut out, whom has the company shut out, banned people
update interaction limit: only contributors may write for a while, calm down, keep newcomers out, bar newcomers from
  commenting, restrict who may write, only prior contributors, raid of trolls
update following: keep up with what a person does, be a fan of somebody, follow a person, stay up to date with
delete following: no longer interested in a person
read follower: who is a fan of mine, how many follow me, who reads what somebody does, audience, fans
read following: whom do I keep up with
read user: who am I, who is logged in, profile of a person, what is known about, company, email, contact details of,
  profile, real name
update user: change my bio, company, name, location on my profile, my display name, bio, where I live, available for
  hire
create user key|ssh: public key of my new laptop, let a machine push, log in with, register my machine, let me push
  from a new computer
delete user key|gpg: laptop stolen, old key must not work any more
read user key|gpg: which keys can log in to my account
create gpg: key for signing my commits
create user email: register another address for me, additional mailbox
delete user email: an address of mine is no longer used, a mailbox is not mine any more
update email visibility: hide my address from others
read user event: what has somebody been up to, recent activity of a person, been doing lately, latest doings, what is
  she working on
read notification: what is new for me, inbox, what needs my attention, unread, mentions, did anybody mention me,
  anything I should look at, news
update notification: clear my inbox, I have seen everything, mark all as read, through with all unread, tick off, mark
  done, inbox zero
update notification thread: I have read this one
update|delete thread subscription: mute a conversation, no more mails about it
read rate limit: how many calls have I left, throttled, close to the limit, quota, may I go on, requests left, when
  does it reset
create gist: save or share a snippet, paste some code somewhere, share with a colleague, pastebin, quick note with
  code
read gist: my snippets, pastes
update gist: change a snippet
delete gist: throw a snippet away
create markdown: turn text into html, render, format, preview formatted text
read gitignore: what to leave out of version control, template for python, node
read codespace: my development machines in the cloud, online editors, cloud dev boxes, how many are open
create codespace: open a development machine, editor or environment in the cloud for a branch, fresh dev box in the
  cloud, code in the browser
create codespace start: wake my cloud machine, start workspace again, power up, resume my dev box
create codespace stop: shut my cloud machine down, done for today, power down, turn somebody's cloud workspace off
delete codespace: throw my cloud machine away, dispose of a cloud workspace
read codespace machine: how large can a cloud machine be, sizes
read copilot billing seat: who has a licence of the ai assistant, which of our people use it, who uses the ai
  pair-programmer, how many seats are taken
create copilot billing selected: give the ai assistant to somebody, buy a seat for a person or team, let someone use
  the ai pair-programmer
delete copilot billing selected: take the ai assistant away from somebody, cancel a seat, loses the ai
  pair-programming subscription, no more code completion
read copilot metric|usage: how much is the ai assistant used, acceptance
read billing usage: how much did we spend this month, minutes, cost, bill so far, what do we owe, costs of ci,
  storage, breakdown
read billing budget: spending limits, ceilings on what we pay, spending caps
create|update billing budget: do not spend more than, cap costs
read audit log: what did admins do, who changed settings, trail
read project item: cards on the board, kanban, what is on the board, who does what, column
update project item: move a card to done, change its column or status, field, drag to another column, set priority, in
  progress
create project item: put an issue on the board, add a card, put on the roadmap
delete project item: take a card off the board
read project: boards, roadmaps, planning
create project draft: write a card on the board without an issue, jot down an idea on the board, note on the roadmap
read search code: find every place where a function is called, where is it used, grep, occurrences of a string, who
  calls, where is it defined or mentioned, all usages, look through all sources
read search issue: find tickets or prs by words, author, reviewer, waits for my review, over all repositories, look
  for tickets mentioning, by whom, all projects
read search repo|repository: find popular projects about something, written in a language, libraries for, look for
  projects, trending
read search user: find the account of a person, somebody living in, look somebody up
read search commit: find the change that mentions
create migration: export everything, take our repositories elsewhere
read migration archive: download the export
create import: bring in a project from svn or another host, move over from gitlab
read classroom|assignment: homework, students, course, grades
read community profile: is the project well kept, code of conduct, contributing
read meta: which ip addresses does the service use, for our firewall
create autolink: turn ticket numbers of another tracker into links
create deploy key|key: let one server read the repository, machine key
`;
