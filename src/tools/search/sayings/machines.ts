/**
 * What people say when they want something of containers, models and telephones.
 *
 * `create fork: my own copy`: a tool that creates something and is called by the word `fork` may be asked for with these
 * words. Several words before the colon are all in what a tool is called; of `repo|repository` one is enough.
 */
export const MACHINES = `
# Containers and clusters
read container: what is running on the machine, list all boxes, which are stopped
create container: run an image, start a new program from an image
create container start: bring up a stopped one
create container stop: shut one down gently
create container restart: bounce, take down and up again
create container kill: stop at once by force, does not react
create container pause: freeze for a moment, suspend
create container unpause: let it go on
create container exec: run a command or shell inside
create container prune: clean up all that are not running
create container rename: other name
create container update: more memory or cpu for it, limits
delete container: throw one away
read container log: what did it print, output, errors
read container stats: how much memory and cpu does it eat, load
read container top: which programs or processes run inside
read container archive: copy a file out of it
update container archive: copy a file into it
read container change: which files were modified inside
read container export: whole file system as tar
create container wait: block until it has ended
create image: download, pull an image from a registry, fetch nginx
create image push: upload an image to a registry
create image tag: give an image another name or version
create image prune: clean up unused images, disk full
delete image: throw an image away
read image: which images are there on disk
read image search: find an image in the registry
read image history: layers, how was it built
create build: make an image from a dockerfile
create build prune: empty the build cache
create commit: make an image of a changed container
read system df: which disk space is used, what takes room
read info: about the machine, host, how many cpus
read version: which release of the software is running
read event: what happened, watch live
create volume: place to keep data
delete volume: throw stored data away
create volume prune: clean up storage nobody uses
create network: new private net between programs
create network connect: let a program join a net
create network disconnect: take a program off a net
create swarm join: put a machine into the cluster
create swarm leave: take a machine out of the cluster
create swarm init: start a new cluster
read node: which machines does the cluster have, servers, hosts
update|create node: take a machine out of service, drain, no more work for it, maintenance
delete node: take a machine out of the cluster
create service: run something several times in the cluster
update|create service update: run five copies instead of two, scale, new image
read service log: output of all copies
read pod: which programs are running in the cluster, instances, crashed, state
read pod log: what does it print, output, errors
create pod eviction: push a program off its machine, move it elsewhere
create pod exec: shell inside
delete pod: kill an instance so that it restarts
update deployment: roll out a new version or image of an app, restart
update deployment|replica scale: run ten copies of an app, more or fewer instances, scale up, down to zero
create deployment: run an app
delete deployment: take an app down
create cron job: run something every night, regularly, each hour, on a timetable
create job: run something once
create secret: store a password, key or certificate for an app
create config map: settings for an app
create namespace: separate area for a team
delete namespace: throw a whole area away
create role binding: grant somebody rights, let a person read or change
create role: set of rights
create ingress: reach an app from the internet, domain
read persistent volume: storage, disks
# Artificial intelligence
create audio speech: read a text out loud, say it, voice, speak
create audio transcription: write down what is said in a recording, speech to text, dictation, subtitles
create audio translation: what is said in a foreign recording in english
create image generation: draw, paint, make a picture of
create image edit: retouch a photo, take the background away, change part of a picture
create image variation: similar pictures
create moderation: is a text offensive, hateful, harmful, safe, check for violence
create embedding: turn sentences into vectors, numbers for meaning, semantic similarity
create fine tuning job: train a model on our own examples, teach it our style
create fine tuning job cancel: stop the training
read fine tuning job: how far is the training
create response|completion: ask the model a question, let it write a text, chat, prompt, answer
create batch: process thousands of prompts over night, cheaper, many at once
read batch: is the mass job done
read model: which models can I use
delete model: throw a trained model away
read usage|cost: how much have we paid or used, spending, tokens
create vector store: collection of documents to search in
create vector store search: find passages in our documents
create assistant: helper with instructions and tools
create thread: new conversation
create thread message: say something in a conversation
create run: let the assistant answer
create video: make a film clip
create upload: large file in parts
create api key: new credential for a program
delete api key: key must not work any more, leaked
create project user: let somebody into a project
update rate limit: how many calls per minute may be made
# Telephony
create call: ring somebody up, dial, phone a number
update call: hang up, end a phone conversation, redirect
read call: who phoned whom, phone list, how long did a call last
create message: text to a mobile phone, sms, whatsapp
read message: did my text arrive, texts sent
read available phone number: which numbers can be bought, free numbers in a city
create incoming phone number: buy a number, get a phone number
delete incoming phone number: give a phone number back
update incoming phone number: where calls to our number go
read balance: how much credit is left
read recording: tape of a call, listen again
delete recording: erase the tape of a call
create recording: tape a call, record
read transcription: what was said on the tape as text
update conference participant: mute somebody in a meeting, put on hold
delete conference participant: throw somebody out of a phone meeting
create conference participant: bring somebody into a phone meeting, dial in
read conference: which phone meetings are going on
update conference: end a phone meeting for all
read usage record: what did we use and pay for
create usage trigger: warn me when we spend more than
read queue member: who is waiting on hold
create outgoing caller id: number that others see when we phone, verify my own number
`;
