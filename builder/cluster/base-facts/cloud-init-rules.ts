import type { Diagnostic } from '../../report/diagnostic.ts';
import { error } from '../../report/finding.ts';
import type { RuleContext } from '../rules/rule.ts';
import { shown } from '../../report/shown.ts';
import type { BaseFacts } from './base-facts.ts';
import { baseLocation } from './base-location.ts';
import type { BaseRule } from './base-rule.ts';
import type { Hindrance } from '../contents/cloud-init-hindrances.ts';

/** A machine whose cloud-init does not start keeps the name, people and network of its image. */
function* cloudInitOff(context: RuleContext, facts: BaseFacts): Iterable<Diagnostic> {
  // A node switches it off by itself.
  if (facts.past.nodeOf !== null) return;
  for (const hindrance of facts.hindrances.filter(({ kind }) => kind === 'off')) {
    const message = `cloud-init is off in ${facts.name}, by ${describe(hindrance)}, so it would not become a node`;
    yield error('cloud-init-off', baseLocation(context, facts), message, remedyFor(hindrance));
  }
}

/** cloud-init would take another seed or network, whatever dlimage writes. */
function* seedElsewhere(context: RuleContext, facts: BaseFacts): Iterable<Diagnostic> {
  for (const hindrance of facts.hindrances.filter(({ kind }) => kind === 'other')) {
    const message = `${describe(hindrance)} of ${facts.name} comes before the seed that dlimage writes`;
    yield error('seed-elsewhere', baseLocation(context, facts), message, remedyFor(hindrance));
  }
}

function describe({ path, setting }: Hindrance): string {
  return setting === null ? shown(path) : `${shown(setting)} in ${shown(path)}`;
}

function remedyFor({ path, setting }: Hindrance): string {
  const what = setting === null ? `sudo rm ${shown(path)}` : `take it out of ${shown(path)}`;
  return `on a machine that runs this image: ${what}, shut it down, and use its image from then on`;
}

/** Rules about images that have been somebody else's machine. */
export const cloudInitRules: readonly BaseRule[] = [cloudInitOff, seedElsewhere];
