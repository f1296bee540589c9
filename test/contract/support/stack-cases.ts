import { configCases } from './stack-cases/config-cases.ts';
import { deployCases } from './stack-cases/deploy-cases.ts';
import { documentCases } from './stack-cases/document-cases.ts';
import { environmentCases } from './stack-cases/environment-cases.ts';
import { envFileCases } from './stack-cases/env-file-cases.ts';
import { networkCases } from './stack-cases/network-cases.ts';
import { portCases } from './stack-cases/port-cases.ts';
import { serviceCases } from './stack-cases/service-cases.ts';
import { variableCases } from './stack-cases/variable-cases.ts';
import { volumeCases } from './stack-cases/volume-cases.ts';
import { wholeStackCases } from './stack-cases/whole-stack-cases.ts';
import type { StackCase } from './stack-cases/stack-case.ts';

/** Compose files, right and wrong, that docker and dlimage have to judge alike. */
export const cases: readonly StackCase[] = [
  ...documentCases,
  ...serviceCases,
  ...environmentCases,
  ...envFileCases,
  ...portCases,
  ...volumeCases,
  ...deployCases,
  ...networkCases,
  ...configCases,
  ...variableCases,
  ...wholeStackCases,
];
