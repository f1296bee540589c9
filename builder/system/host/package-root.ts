import { fileURLToPath } from 'node:url';

/** Directory that holds overlays, profiles and cloud-init: the repository, or the installed package. */
export const packageRoot = fileURLToPath(new URL('../../../', import.meta.url));
