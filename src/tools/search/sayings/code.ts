/**
 * What people say when they want something of code and where it is kept, built and shipped.
 *
 * `create fork: my own copy`: a tool that creates something and is called by the word `fork` may be asked for with these
 * words. Several words before the colon are all in what a tool is called; of `repo|repository` one is enough.
 */
export const CODE = `
# Repositories
create fork: my own copy of a project or repository, copy somebody's code into my account, clone it to work on it, take over the source and change it
read fork: who copied our repository, copies that others made, how many have cloned the project for themselves
create merge upstream: my copy is behind the original, catch up with the project it was copied from, pull in latest changes from the original
create repo|repository: start a new project, place for code, empty private or public codebase, set up a home for source
update repo|repository: make it private, public, read only, archive, retire, rename the project, change its description or default branch, dead, no longer maintained, freeze, turn wiki or issues off
delete repo|repository: throw the whole project away for good, get rid of codebase
read repo|repository: what is this project about, how many stars, is it private, what projects do we have, which codebases belong to, list projects of somebody, default branch
create repo transfer: hand the project over to another owner, organisation or account, move ownership, give away
create repo generate: new project from a template, skeleton, boilerplate, start from our standard layout
read topic: keywords, subjects, tags the project is filed under
update topic: set the keywords a project is filed under
read language: what is it written in, which programming languages, share of code by language
read license: may I use this code, legal terms, under which terms, gpl, mit, apache
read readme: front page, introduction, the text shown first, what the project says about itself, documentation
read contributor: who wrote the code, who worked on it most, authors, developers behind the project, most commits
read content: text of a file, show me what is in a file or folder, source of a file on a branch, open a file, which files are in the directory
update content: write a file, change a line in a file and commit it, edit text in the repository, add a new file, save, correct a typo, port, version number in
delete content: remove a file from the repository, get rid of an obsolete file
read tree: all files and folders, whole directory structure, recursively
read zipball|tarball: download the whole source as an archive, zip, tar, snapshot of the code at a version
read branch: which branches are there, lines of development, latest commit on a branch, is it protected
create branch rename: call master main, other name for a branch, default line gets a new name
create git ref: cut, make or start a new branch from a commit, set a tag, hotfix branch, branch off, mark a version
delete git ref: drop, remove or get rid of a branch that has been merged, old feature branch no longer needed, delete a tag
update git ref: force a branch to point at another commit, reset, move a branch back
create git tag: mark a commit as a version with a message, annotated
read tag: which versions have been tagged, version list
create merge: merge one branch into another without a pull request, combine branches
read compare: difference between two versions, tags or branches, what changed since, commits in between, what is new since the last release
read commit: what was changed last, history of a file or branch, log, who touched a file, what did a revision do, who broke, when was it changed, author of a change
read commit pull: in which pull request did a commit land, where did the change come from, which review brought it
read commit status|check: are the checks green, did the tests pass for that commit, is it red, combined state of ci
create status: mark a commit as passed or failed by an external checker, report a result of our own ci, set green or red
create check run: report test results of our tool, own checker, annotate lines, mark as passed
create check rerequest: run a failed check again, repeat
read check annotation: on which lines did the linter complain, warnings in detail
read collaborator: who has access to the repository, who can push, people with rights, outside helpers
read collaborator permission: is somebody allowed to push or write, what rights or level does a person have, may she change it
update collaborator: give somebody write or read access to a repository, let a person push, add a helper or contractor, invite as maintainer
delete collaborator: take rights or access away from somebody, stop contractor from pushing, remove a helper from the project
update team repo: let a team or department push to a repository, give the people in a group access to a project
read team repo: which projects can a team work on
read star|stargazer: who likes the project, who gave a star, fans, popularity, how many stars
update star|starred: bookmark a project, remember it, mark as favourite, give it a star, like
delete star|starred: take my star away, no longer a favourite, remove bookmark
read starred: what did I bookmark, my favourites
update subscription: watch a project, follow what happens in it, keep me posted about everything, mute or ignore a repository
delete subscription: stop telling or mailing me about it, no more updates, unwatch, leave me in peace
read subscriber|subscription: who watches the repository, what do I watch, follow
read traffic view: how many people looked at our page, visitors, visits, page views, interest in the last two weeks
read traffic clone: how often was the code downloaded or cloned, downloads lately
read traffic referrer: from which sites do visitors come, who links or sends people to us, where does interest come from
read traffic path: which pages of the repository are most read, most popular pages
read stats code frequency: how many lines were added and removed per week, growth
read stats commit activity: how busy has the project been, commits per week over the year
read stats punch card: at what time of day do people work, busiest hours, days
read stats participation: share of the owner's work compared with everybody
# Issues
create issue: file a bug, report a problem or defect, request a feature, open a ticket, write down a task, something is broken, complain
update issue: close, reopen, resolve, set as done or not planned, change title, description, milestone, state, mark as completed, duplicate
read issue: what bugs are open, tickets assigned to me, problems, what is still to be done, tasks, backlog, details of a bug
create issue comment: answer, reply, remark under a ticket or pull request, write that it is fixed, say something, leave a note
read issue comment: what did people say or reply, discussion below a ticket, answers, conversation, remarks
update issue comment: reword what I wrote, correct my answer, edit a remark, typo in comment
delete issue comment: remove what somebody wrote, insulting or offensive remark, spam under an issue
update issue lock: stop people from writing, end a heated discussion, fighting, quarrel, trolls, no more comments, close the conversation
delete issue lock: let people write and comment again, reopen the discussion
create issue assignee: give the ticket to somebody, put a person on it, who should work on it, make responsible, take over
delete issue assignee: take somebody off a ticket, no longer responsible
read assignee: who can be given a ticket, possible owners of a task
create issue label: put a tag or category on a ticket, mark as bug, urgent, needs triage
delete issue label: take a tag off, it is no bug, remove category
create label: a new colour tag for tickets, invent a category, need a red one
update label: other colour, name or description of a category
delete label: a category is not used any more
read label: which categories and tags are there for tickets
create milestone: new goal with due date, plan for version, sprint
update milestone: move the deadline, due date of a version, close the goal, what is due when
read milestone: goals, how far is version, what is planned, deadlines, progress towards a release, due
read issue event|timeline: who closed or labelled it and when, history of a ticket, what happened to it
read issue dependency blocked: what is holding up or keeping a ticket from being started, what must be done before, waits for, prerequisites
read issue dependency blocking: what does this ticket hold up, what depends on it, waits for it
create issue dependency blocked: this ticket must wait for another one, needs other to be done first
create sub issue: split a ticket in parts, child task, part of a larger one, break down
read sub issue: parts of a ticket, children, subtasks
read issue parent: which larger ticket does it belong to, epic
create reaction: thumbs up, like, heart, smiley, emoji on a post or comment, agree with
delete reaction: take back my thumbs up or emoji
read reaction: who liked it, which smileys did it get, how do people feel about it, responses
read issue type|field: kinds of tickets, bug, task, feature, custom attributes
# Pull requests
create pull: propose my changes, open a merge request, offer a branch for review, submit code, get my work into main, draft
update pull: change title, description or base branch, close without merging, reopen, mark ready
read pull: which changes wait for review, open merge requests, state of a pr, can it be merged, conflicts
update pull merge: squash, rebase, accept the changes, get it into main, land it, press the merge button
read pull merge: has it gone in yet, was it merged, landed already
read pull file: which files does it touch or change, modified, diff
read pull commit: what is part of it, revisions in a change request
create pull review: approve, request changes, looks good, lgtm, give my opinion on the code, reject, comment on the diff, sign off
read pull review: who has looked at it and what did they say, was it approved, verdicts, opinions
update pull review dismissal: undo an approval, take back a verdict, approval does not count any more
create pull requested reviewer: ask somebody to look over or check my code, needs another pair of eyes, who should review
delete pull requested reviewer: somebody need not look at it any more, is on leave, no longer asked
read pull requested reviewer: who still has to look at it, whose opinion are we waiting for
create pull comment: remark on a line of code, point at a line, suggestion in the diff
create pull comment reply: answer a remark on a line of my change, respond to a reviewer
read pull comment: remarks of reviewers on lines, criticism in the code
update pull branch: bring it up to date with main, behind the base, catch up, rebase
# Actions / ci
read action run: how did the last builds go, did the pipeline fail, is the build green, what is running now, ci history, nightly result
create action run rerun: do the build again, repeat the pipeline, run everything once more
create action run rerun failed: repeat only what went red, just the failed jobs again
create action run cancel: stop or abort a build that is running, kill the pipeline, hangs
delete action run: remove an old build from the list
read action job: steps of a build, which part failed, how long did each take
read action log: what did the build print, output of a failed job, error message, console
delete action log: erase output of a build
create workflow dispatch: start a workflow by hand, kick off the deployment, trigger, launch a pipeline on a branch, run now
create dispatch: trigger automation from outside, custom event
update workflow disable: turn off an automation, stop the nightly, annoying scheduled job, no longer run
update workflow enable: turn an automation on again
read workflow: which automations are there, pipelines, ci definitions
read workflow run: last runs of one pipeline, how did the tests go lately
read artifact: what did the build produce, download the zip, binary or package it left, build results, output files
delete artifact: throw away what a build produced, free space
read action cache: what is kept between builds, how much room or space do caches take
delete action cache: throw away what is kept between builds, clear, stale dependencies, broken
read pending deployment: what waits for permission to go live, who must agree
create pending deployment|protection: let it through to production, go-ahead, approve or reject a waiting release, green light
create action run approve: let the build of a newcomer or stranger from a fork run
update action secret: store a password, key, credential, token for our builds or pipeline, new value, leaked, rotate
read action secret: which passwords are stored for the builds, names of credentials
delete action secret: remove a password from ci, no longer used
create action variable: set a value or environment setting for all builds, NODE_ENV, configuration constant
update action variable: change the value of a build setting
read action variable: which settings do builds get
read runner: which machines run the jobs, our own build servers, agents, boxes, are they idle, busy or offline
delete runner: take an old build machine off, decommission, box is gone
create runner registration: hook up another build server, what I need to connect own machine, join an agent
create runner remove: what is needed to unhook a machine
read runner download: software to install on a build machine
create runner group: set of machines for certain projects only
update action permission: which automations may run, only trusted or own or verified actions, allow or forbid third-party ones
update permission artifact log retention: how long are build logs and results kept, days
read permission artifact log retention: how long are build logs kept
update permission workflow: may the build token write, default rights of pipelines, approve prs
update permission fork: builds of outside contributors need approval
# Deployment
create deployment: ship a commit to staging or production, roll out, put live, deploy
read deployment: what was shipped where and when, which version is live, in production
create deployment status: report that the rollout went wrong or succeeded, mark as failed, done, in progress
read environment: production, staging, places we ship to, stages
update environment: wait before going live, who must approve, rules for production
read environment secret: passwords of production or staging
update environment secret: store a password only for production
# Releases, packages, pages
create release: publish a new version, announce, ship, make version available for download
read release: which versions are there, what came out, newest version, download page
read release latest: newest version, most recent, current, last thing we shipped
update release: correct the notes of a version, mark as prerelease, not a draft any more
delete release: take back a version, was published by mistake, withdraw
create release note: write what is new for me, changelog, list of changes since last version, draft text
create release asset: attach an installer, zip, binary, file to a version
delete release asset: wrong file hangs on a version, take a download away
read release asset: what can be downloaded for a version, how often was it downloaded
read package: which npm, docker, maven images or libraries do we publish
read package version: which versions of our library or image are there
delete package version: broken or bad version of an image, library, get rid of
delete package: take our library away entirely
create package restore: library or image was deleted by mistake, bring it back, recover
create page: publish the docs folder as a website, host a site, put documentation online
update page: let our site answer under another domain, custom domain, https only
delete page: take the website down
read page: address of our website, is the site up, where is it hosted
read page build: did the site come out all right, was it built, last time, error of the docs site
create page build: build the website again
read page health: does our domain point correctly, dns trouble
# Security
read dependabot alert: vulnerable libraries, which dependencies have known holes, insecure packages, outdated
update dependabot alert: that library warning does not concern us, dismiss, settled
read secret scanning alert: leaked passwords or tokens in the code, credentials found in history, exposed keys
update secret scanning alert: the leaked key has been revoked, settle the warning, resolved, false alarm
read secret scanning location: where in the code was the leaked password found
read code scanning alert: what bugs did static analysis find, codeql, security problems in our own code, findings
update code scanning alert: finding is a false alarm, won't fix, close, dismiss
create code scanning sarif: upload results of our own scanner
update code scanning default setup: turn on automatic scanning of our code
read advisory: known holes, has a cve been published, world's database of vulnerabilities, bulletin
create security advisory: draft a private warning about a hole in our project, work on a cve, someone outside told us
create security advisory report: tell a project in confidence about a hole I found
create security advisory cve: get an official number for a vulnerability
update private vulnerability reporting: let strangers tell us about holes in confidence
update automated security fix|vulnerability: bot that updates vulnerable libraries, automatic repair of dependencies, warn us
read sbom: what is our software made of, bill of materials, list of all ingredients, libraries we use, spdx, auditor
read dependency compare: which libraries were added by a change
update branch protection: nobody may push straight to main, two people must approve, tests must pass before merging, guard a branch, no force push
read branch protection: what rules guard main, is review needed, who may push
delete branch protection: let everybody push again without hindrance, lift the rules
create signature: commits must be signed from now on, require verified signatures
delete signature: unsigned commits are fine again
update required review|pull: how many people must approve, code owners must agree, reviewers needed before merging
update required status check: which tests must be green before merging
create ruleset: rules for branches and tags, nobody may push or delete, must be reviewed, naming
read ruleset: which rules are in force for branches
read rule branch: what applies to this branch
create|update attestation: prove where a build came from, provenance
# Webhooks, apps
create hook: call our server whenever something happens, tell our url about pushes, notify another system, callback
create hook ping|test: is our endpoint alive, send it something, try it out
read hook delivery: did the notification get through, what was sent to our server, failed calls
create hook delivery attempt: send a failed notification to our server once more, repeat delivery
delete hook: stop calling our server, no more notifications to a url
read hook: which servers are told about events, where are notifications sent
update hook: our server moved to another address, other events, new secret
read installation: which apps and programs have been let in, third party integrations, where is our app installed
delete installation: throw an app out, uninstall
update installation suspend: put an app on hold for an account
create installation token: credentials for acting as the app
# Organisations, users
read member: who belongs to the organisation or team, people in it, employees, two-factor missing
delete member|membership: kick somebody out of the company, organisation, team, group, leaves, no longer works here
update membership: put a person into a team or organisation, make her maintainer, admin, owner, promote, role
read membership: is somebody a member, role of a person, have they accepted
create invitation: ask a person by email to join the organisation, bring in a new colleague
read invitation: who was asked to join and has not answered, open or pending invites
delete invitation: take an invite back
create team: new group of people, squad, department
delete team: dissolve a group, disband
update team: rename a group, hide it, change its parent
read team: which groups does our organisation have, departments
read outside collaborator: people from outside with access, contractors, freelancers
update outside collaborator: turn a member into an outsider
update block: never see somebody again, keep a spammer away, harasses, stop a troll from bothering me
delete block: forgive, let somebody contact me again
read block: whom have I shut out
update interaction limit: only contributors may write for a while, calm down, keep newcomers out
update following: keep up with what a person does, be a fan of somebody
delete following: no longer interested in a person
read follower: who is a fan of mine, how many follow me
read following: whom do I keep up with
read user: who am I, who is logged in, profile of a person, what is known about, company, email
update user: change my bio, company, name, location on my profile
create user key|ssh: public key of my new laptop, let a machine push, log in with
delete user key|gpg: laptop stolen, old key must not work any more
read user key|gpg: which keys can log in to my account
create gpg: key for signing my commits
create user email: register another address for me
delete user email: an address of mine is no longer used
update email visibility: hide my address from others
read user event: what has somebody been up to, recent activity of a person, been doing lately
read notification: what is new for me, inbox, what needs my attention, unread, mentions
update notification: clear my inbox, I have seen everything, mark all as read
update notification thread: I have read this one
update|delete thread subscription: mute a conversation, no more mails about it
read rate limit: how many calls have I left, throttled, close to the limit, quota
create gist: save or share a snippet, paste some code somewhere, share with a colleague
read gist: my snippets, pastes
update gist: change a snippet
delete gist: throw a snippet away
create markdown: turn text into html, render, format
read gitignore: what to leave out of version control, template for python, node
read codespace: my development machines in the cloud, online editors
create codespace: open a development machine, editor or environment in the cloud for a branch
create codespace start: wake my cloud machine, start workspace again
create codespace stop: shut my cloud machine down, done for today
delete codespace: throw my cloud machine away
read codespace machine: how large can a cloud machine be, sizes
read copilot billing seat: who has a licence of the ai assistant, which of our people use it
create copilot billing selected: give the ai assistant to somebody, buy a seat for a person or team
delete copilot billing selected: take the ai assistant away from somebody, cancel a seat
read copilot metric|usage: how much is the ai assistant used, acceptance
read billing usage: how much did we spend this month, minutes, cost, bill so far
read billing budget: spending limits
create|update billing budget: do not spend more than, cap costs
read audit log: what did admins do, who changed settings, trail
read project item: cards on the board, kanban
update project item: move a card to done, change its column or status, field
create project item: put an issue on the board, add a card
delete project item: take a card off the board
read project: boards, roadmaps, planning
create project draft: write a card on the board without an issue
read search code: find every place where a function is called, where is it used, grep, occurrences of a string
read search issue: find tickets or prs by words, author, reviewer, waits for my review, over all repositories
read search repo|repository: find popular projects about something, written in a language
read search user: find the account of a person, somebody living in
read search commit: find the change that mentions
create migration: export everything, take our repositories elsewhere
read migration archive: download the export
create import: bring in a project from svn or another host
read classroom|assignment: homework, students, course, grades
read community profile: is the project well kept, code of conduct, contributing
read meta: which ip addresses does the service use, for our firewall
create autolink: turn ticket numbers of another tracker into links
create deploy key|key: let one server read the repository, machine key
`;
