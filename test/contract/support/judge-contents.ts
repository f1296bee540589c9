import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeContent, type Reader } from '../../../builder/cluster/contents/judged-places.ts';
import { runInNamespace } from '../../../builder/system/host/namespace.ts';
import type { BaseTree } from './base-tree.ts';

const enterNode = join(import.meta.dirname, 'enter-node.sh');

/** Whether a program of the base takes each text: `script` ends well or not for "$1", a path. */
export async function askProgram(
  base: BaseTree | undefined,
  texts: ReadonlyMap<string, string>,
  script: string,
): Promise<Map<string, boolean>> {
  const names = [...texts.keys()];
  const trial = await mkdtemp(join(tmpdir(), 'dlimage-contents-'));
  try {
    await mkdir(join(trial, 'files'));
    for (const [index, name] of names.entries())
      await writeFile(join(trial, 'files', String(index)), texts.get(name) ?? '');
    const ask = `judge() { ${script}\n}; install -d /run/sshd; : >/tmp/answers
      for index in $(seq 0 ${names.length - 1}); do judge "/files/$index" >/tmp/said 2>&1; echo $? >>/tmp/answers; done
      cat /tmp/answers`;
    const asked = await runInNamespace(
      'sh',
      [enterNode, base?.directory ?? '', trial, '/bin/sh', '-uc', ask],
      {
        step: 'ask the programs of the base',
      },
    );
    const answers = Buffer.from(asked.stdout).toString('utf8').trim().split('\n');
    if (answers.length !== names.length) throw new Error(`${names.length} texts, ${answers.length} answers`);
    return new Map(names.map((name, index) => [name, answers[index] === '0']));
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}

/** Whether dlimage takes each text. */
export function ownWord(reader: Reader, texts: ReadonlyMap<string, string>): Map<string, boolean> {
  return new Map([...texts].map(([name, text]) => [name, judgeContent(reader, text, name).length === 0]));
}

/** Texts by themselves, with a line break at their ends. */
export function byText(texts: readonly string[]): Map<string, string> {
  return new Map(texts.map((text) => [text, `${text}\n`]));
}
