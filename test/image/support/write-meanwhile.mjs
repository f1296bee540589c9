// Makes a private directory and starts a program that goes on writing files there: node write-meanwhile.mjs PARENT
import { spawn } from 'node:child_process';
import { makePrivateTemporary } from '../../../dist/system/host/private-temporary.js';

const { path } = await makePrivateTemporary(process.argv[2] ?? '');
const loop = 'i=0; while [ $i -lt 200000 ] && : > "$0/$i"; do i=$((i + 1)); done 2> /dev/null';
spawn('sh', ['-c', loop, path], { stdio: 'ignore', detached: true }).unref();
process.stdout.write('ready\n');
setInterval(() => {}, 1000);
