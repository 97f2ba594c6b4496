/**
 * What people say when they want something rare of a place where code is kept.
 *
 * `create fork: my own copy`: a tool that creates something and is called by the word `fork` may be asked for with these
 * words. Several words before the colon are all in what a tool is called; of `repo|repository` one is enough.
 */
export const PLATFORM = `
# Further
read gist fork: who derived something from my snippet
update issue sub priority: make one subtask more important than another, order of parts, move up
create protection admin: not even admins may get around the rules, rules hold for owners too
delete protection admin: admins may bypass the rules
read protection: what is demanded before merging, which tests are mandatory, rules of main
read protection status check: what do tests need before something may go in, mandatory checks
delete team repo: a project is no business of a team any longer, unshare, take it away from a squad
read team team: teams below a team, nested, children of a squad
read team member: who works with, roster, list of people in a squad
update team membership: let someone be part of a squad, add to a group, transfer to a team
delete team member|membership: leaves a squad, take off a group
update org block: shut somebody out of the whole company, ban, company-wide, harasser, keep away
delete org block: let a banned person back
read interaction limit: have newcomers been barred from commenting, may strangers write
delete interaction limit: everybody may comment again
read code|repo event|activity: what has been going on publicly, feed, who pushed when
read org event: what has been going on at a company, public doings
read action run log|job log: why did the build break, stack trace, what went wrong, output of tests
read action cache usage: how big is the build cache
create pending deployment: give the go-ahead, unblock, sign off a rollout
create hook ping: knock on our server, check that it answers
read dependabot access: which projects can the dependency bot look at
create user social: put my linkedin or mastodon on my profile, link my accounts
delete user key: revoke, lost computer
create key: server needs to read a repository with its own ssh key, machine access
read stat: charts, productivity, effort over time
create discussion|comment discussion: start a talk
create pull update|branch: conflicts with main, out of date
create organization role|organization user: give a person a special role in the company
read organization role: which special roles are there
update organization role team: a whole team gets a role
delete organization role: takes a role from a person or team
update security manager: team looks after security everywhere
read personal access token request: who wants a token for our data and waits
create personal access token request: allow or deny tokens that people asked for
read personal access token: which tokens can get at our data
create personal access token: take tokens of people away
create private registry: dependency bot must log in to our own package server
read custom property|property schema: which attributes do our repositories have
update property value: set attributes of repositories, cost centre, owner team
create code security configuration: one set of security settings for many repositories
create code security configuration attach: apply our security settings to repositories
read attestation: was this build really made by us
create hosted runner: larger machine at github for heavy builds
update hosted runner: more machines at once
read hosted runner machine: which machine sizes can be had
update oidc customization: what the cloud sees when builds log in
create copilot space: shared knowledge for the ai assistant
read copilot space: knowledge collections of the ai assistant
update copilot content exclusion: ai must not read certain files
read organization installation: programs connected to our company
read user organization|org: which companies do I belong to
read user repo: my own projects
create user repo: new project under my own name
read user team: which groups am I in
update membership org: accept that I was asked to join a company
update repository invitation: accept a project's invite
delete repository invitation: decline a project's invite
read issue suggestion: proposals of the ai for a ticket
create stack: pull requests that build on each other
read pull merge async: is the merge through yet
create code scanning autofix: let the ai mend a security finding
read repo team: which teams can get at a project
read branch where head: in which branches is this the newest commit
read commit comment: remarks on a commit
create commit comment: say something about a commit
read environment deployment branch: which branches may go to production
create environment deployment branch: only release branches may go to production
create dependency snapshot: tell which libraries a build used
update thread subscription: keep me posted on one conversation, ignore it
read event public: what is happening on github
read emoji: which smileys can be used
read feed: atom, rss
update immutable release: published versions may never be changed
update commit status protection context: add a check that must pass
create status context: one more mandatory check
delete status context: a check is no longer mandatory
update restriction user|team|app: only these people or teams may push to main
`;
