/**
 * What people say when they want something built, shipped or kept safe.
 *
 * `create fork: my own copy`: a tool that creates something and is called by the word `fork` may be asked for with these
 * words. Several words before the colon are all in what a tool is called; of `repo|repository` one is enough.
 */
export const BUILDS = `
# Actions / ci
read action run: how did the last builds go, did the pipeline fail, is the build green, what is running now, ci
  history, nightly result, status of builds, is ci happy, last night, broken builds, which are in progress, how long
  did it take
create action run rerun: do the build again, repeat the pipeline, run everything once more, try once more, flaky, give
  the build another go, start over
create action run rerun failed: repeat only what went red, just the failed jobs again, only the broken parts once
  more, retry failures
create action run cancel: stop or abort a build that is running, kill the pipeline, hangs, abort, kill, stop wasting
  minutes, superseded
delete action run: remove an old build from the list, erase a run from the history, clean up
read action job: steps of a build, which part failed, how long did each take, which step was slow or broke, stages
read action log: what did the build print, output of a failed job, error message, console
delete action log: erase output of a build
create workflow dispatch: start a workflow by hand, kick off the deployment, trigger, launch a pipeline on a branch,
  run now, fire, run manually, launch, execute the job now, press the button, start the release pipeline
create dispatch: trigger automation from outside, custom event
update workflow disable: turn off an automation, stop the nightly, annoying scheduled job, no longer run, silence,
  pause a pipeline, too noisy
update workflow enable: turn an automation on again
read workflow: which automations are there, pipelines, ci definitions
read workflow run: last runs of one pipeline, how did the tests go lately
read artifact: what did the build produce, download the zip, binary or package it left, build results, output files,
  grab a report or file that a build uploaded, get the compiled program, coverage report, test results
delete artifact: throw away what a build produced, free space
read action cache: what is kept between builds, how much room or space do caches take
delete action cache: throw away what is kept between builds, clear, stale dependencies, broken, purge, corrupted,
  start fresh, poisoned
read pending deployment: what waits for permission to go live, who must agree
create pending deployment|protection: let it through to production, go-ahead, approve or reject a waiting release,
  green light
create action run approve: let the build of a newcomer or stranger from a fork run
update action secret: store a password, key, credential, token for our builds or pipeline, new value, leaked, rotate,
  swap, replace or rotate a credential that the pipeline deploys with, api key for ci, aws
read action secret: which passwords are stored for the builds, names of credentials
delete action secret: remove a password from ci, no longer used
create action variable: set a value or environment setting for all builds, NODE_ENV, configuration constant, constant,
  flag, environment for the pipelines
update action variable: change the value of a build setting
read action variable: which settings do builds get
read runner: which machines run the jobs, our own build servers, agents, boxes, are they idle, busy or offline, build
  hosts, capacity, is our hardware online
delete runner: take an old build machine off, decommission, box is gone, unregister an agent, retire a build host
create runner registration: hook up another build server, what I need to connect own machine, join an agent, add an
  agent, enrol a build host
create runner remove: what is needed to unhook a machine
read runner download: software to install on a build machine
create runner group: set of machines for certain projects only
update action permission: which automations may run, only trusted or own or verified actions, allow or forbid
  third-party ones, switch automation off or on for a project, restrict which may be used, allow all
update permission artifact log retention: how long are build logs and results kept, days
read permission artifact log retention: how long are build logs kept
update permission workflow: may the build token write, default rights of pipelines, approve prs
update permission fork: builds of outside contributors need approval
# Deployment
create deployment: ship a commit to staging or production, roll out, put live, deploy, push to production, go live,
  release to users on a server
read deployment: what was shipped where and when, which version is live, in production, release history of servers,
  what runs where
create deployment status: report that the rollout went wrong or succeeded, mark as failed, done, in progress
read environment: production, staging, places we ship to, stages, where do we deploy to
update environment: wait before going live, who must approve, rules for production
read environment secret: passwords of production or staging
update environment secret: store a password only for production
# Releases, packages, pages
create release: publish a new version, announce, ship, make version available for download, get a version out of the
  door, cut, launch, put out, tag and publish
read release: which versions are there, what came out, newest version, download page, downloads, changelog, what is
  the current version
read release latest: newest version, most recent, current, last thing we shipped
update release: correct the notes of a version, mark as prerelease, not a draft any more, amend the changelog of a
  version, it is final now, promote
delete release: take back a version, was published by mistake, withdraw, pull a version, take it offline, buggy
create release note: write what is new for me, changelog, list of changes since last version, draft text
create release asset: attach an installer, zip, binary, file to a version, upload binaries, add a download
delete release asset: wrong file hangs on a version, take a download away
read release asset: what can be downloaded for a version, how often was it downloaded
read package: which npm, docker, maven images or libraries do we publish, container images, libraries, artefacts we
  publish, registry
read package version: which versions of our library or image are there
delete package version: broken or bad version of an image, library, get rid of, yank, broken image, wrong upload
delete package: take our library away entirely
create package restore: library or image was deleted by mistake, bring it back, recover
create page: publish the docs folder as a website, host a site, put documentation online, turn on hosting, website out
  of the repo, put docs online
update page: let our site answer under another domain, custom domain, https only, own domain, cname, enforce https
delete page: take the website down
read page: address of our website, is the site up, where is it hosted, at which address are our docs hosted, is it
  public
read page build: did the site come out all right, was it built, last time, error of the docs site
create page build: build the website again
read page health: does our domain point correctly, dns trouble
# Security
read dependabot alert: vulnerable libraries, which dependencies have known holes, insecure packages, outdated, risky
  libraries, cves in what we use, outdated and dangerous packages, must upgrade
update dependabot alert: that library warning does not concern us, dismiss, settled
read secret scanning alert: leaked passwords or tokens in the code, credentials found in history, exposed keys, api
  keys committed by mistake, credentials in the code, did anyone commit a password
update secret scanning alert: the leaked key has been revoked, settle the warning, resolved, false alarm
read secret scanning location: where in the code was the leaked password found
read code scanning alert: what bugs did static analysis find, codeql, security problems in our own code, findings,
  weaknesses, sql injection, unsafe code, results of the scan
update code scanning alert: finding is a false alarm, won't fix, close, dismiss, known and accepted, only in tests,
  ignore
create code scanning sarif: upload results of our own scanner, hand over what our scanner found
update code scanning default setup: turn on automatic scanning of our code
read advisory: known holes, has a cve been published, world's database of vulnerabilities, bulletin, known
  vulnerabilities in a package, is log4j affected
create security advisory: draft a private warning about a hole in our project, work on a cve, someone outside told us,
  embargo, prepare the announcement of a hole
create security advisory report: tell a project in confidence about a hole I found
create security advisory cve: get an official number for a vulnerability
update private vulnerability reporting: let strangers tell us about holes in confidence
update automated security fix|vulnerability: bot that updates vulnerable libraries, automatic repair of dependencies,
  warn us
read sbom: what is our software made of, bill of materials, list of all ingredients, libraries we use, spdx, auditor,
  inventory of components, supply chain, all third-party parts
read dependency compare: which libraries were added by a change
update branch protection: nobody may push straight to main, two people must approve, tests must pass before merging,
  guard a branch, no force push, safeguard, no direct commits, require green builds, demand reviews, only via pull
  requests, stop people from deleting main
read branch protection: what rules guard main, is review needed, who may push
delete branch protection: let everybody push again without hindrance, lift the rules, unguard, remove all barriers
create signature: commits must be signed from now on, require verified signatures
delete signature: unsigned commits are fine again
update required review|pull: how many people must approve, code owners must agree, reviewers needed before merging
update required status check: which tests must be green before merging
create ruleset: rules for branches and tags, nobody may push or delete, must be reviewed, naming
read ruleset: which rules are in force for branches
read rule branch: what applies to this branch
create|update attestation: prove where a build came from, provenance
`;
