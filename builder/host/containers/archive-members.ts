import { HostError } from '../../report/errors.ts';
import { runTool } from '../run-tool.ts';
import { noImage } from './unpack-container.ts';

interface Member {
  readonly name: string;
  readonly sizeBytes: number;
}

/** True for the name of a file that is a disk image, packed or not. */
export function isImageName(name: string): boolean {
  return /\.(img|raw|qcow2)(\.(xz|gz|zst|bz2))?$/i.test(name);
}

/**
 * Name of the disk image in a zip or 7z archive: the largest, if there are several. Directories and links are no images.
 *
 * @throws HostError `image-damaged` when the archive cannot be read, `image-container-empty`
 */
export async function chooseMember(path: string): Promise<string> {
  const images = await listImages(path);
  const [largest] = images.toSorted((one, other) => other.sizeBytes - one.sizeBytes);
  if (largest === undefined) throw noImage(path);
  return largest.name;
}

async function listImages(path: string): Promise<Member[]> {
  const { stdout } = await runTool('7zz', ['l', '-slt', '-ba', '--', path], {
    step: `list ${path}`,
    timeoutSeconds: 600,
  }).catch((error: unknown) => {
    if (!(error instanceof HostError) || error.id !== 'tool-failed') throw error;
    throw new HostError('image-damaged', `${path} cannot be read as an archive`, {
      hint: 'download it again',
      details: error.details,
      cause: error,
    });
  });
  return Buffer.from(stdout).toString('utf8').split('\n\n').flatMap(imageIn);
}

/** Source: `7zz l -slt`, one `Key = value` a line, members apart by an empty line. */
function imageIn(block: string): Member[] {
  const fields = new Map(block.split('\n').map((line): [string, string] => splitField(line)));
  const name = fields.get('Path') ?? '';
  // A link is told by its Unix mode, whatever the archive; a directory of some kinds by its attribute only.
  const isFile = fields.get('Folder') !== '+' && !/^\S*D|(^| )l/.test(fields.get('Attributes') ?? '');
  return isFile && isImageName(name) ? [{ name, sizeBytes: Number(fields.get('Size') ?? 0) }] : [];
}

function splitField(line: string): [string, string] {
  const [key = '', ...rest] = line.split(' = ');
  return [key.replace(/ =$/, ''), rest.join(' = ')];
}
