import type { MessageCases } from '../message-case.ts';
import { baseCases } from './bases.ts';
import { downloadCases } from './downloads.ts';
import { imageCases } from './images.ts';
import { packageCases } from './packages.ts';
import { storeCases } from './stores.ts';
import { targetCases } from './targets.ts';
import { toolCases } from './tools.ts';
import { usageCases } from './usage.ts';

/** Every case, by subject. */
export const messageCases: MessageCases = {
  ...baseCases,
  ...downloadCases,
  ...imageCases,
  ...packageCases,
  ...storeCases,
  ...targetCases,
  ...toolCases,
  ...usageCases,
};
