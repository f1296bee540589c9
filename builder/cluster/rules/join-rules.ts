import type { Diagnostic } from '../../report/diagnostic.ts';
import { error } from '../../report/finding.ts';
import { parseToken } from '../resolve/resolve-swarm.ts';
import { shown } from '../../report/shown.ts';
import { checkUsable } from './source-rules.ts';
import type { Rule, RuleContext } from './rule.ts';

function* tokenUnusable({ written, lookUp, locator }: RuleContext): Iterable<Diagnostic> {
  const file = written.swarm?.join_existing?.token_file;
  if (file === undefined) return;
  const found = lookUp({ purpose: 'token', written: file, from: 'definition' });
  const at = locator.value(['swarm', 'join_existing', 'token_file']);
  const wrong = checkUsable({ written: file, at, found });
  if (wrong !== undefined) yield wrong;
  else if (parseToken(found?.text) === undefined) {
    const message = `${shown(file)} does not hold a join token`;
    const hint =
      'ask a manager of that swarm: docker swarm join-token --quiet worker (or manager), and put the answer into the file';
    yield error('join-token-malformed', at, message, hint);
  }
}

/** Settings that only the founder of a swarm can decide. */
function* settingOfFounder({ written, locator }: RuleContext): Iterable<Diagnostic> {
  if (written.swarm?.join_existing === undefined) return;
  for (const key of ['address_pools', 'subnet_prefix', 'certificate_days'] as const) {
    if (written.swarm[key] === undefined) continue;
    const message = `swarm.${key} does nothing in a swarm that is there already`;
    const hint = 'remove it: it was decided when that swarm was made';
    yield error('join-setting-unused', locator.key(['swarm', key]), message, hint);
  }
}

/** Rules about joining a swarm that dlimage did not make. */
export const joinRules: readonly Rule[] = [
  { reads: ['swarm.join_existing'], check: tokenUnusable },
  { reads: ['swarm'], check: settingOfFounder },
];
