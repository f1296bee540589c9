/** Fault of an image's written name; undefined when Docker takes it. Source: distribution/reference, the grammar. */
export function imageNameComplaint(written: string): { message: string; hint: string } | undefined {
  if (reference.test(written) && nameOf(written).length <= longestName) return undefined;
  if (/\s/.test(written)) return { message: 'it has a blank in it', hint: 'write NAME:TAG without blanks' };
  if (/^https?:\/\//.test(written)) {
    return { message: 'it is a web address', hint: `write ${written.replace(/^https?:\/\//, '')}` };
  }
  if (reference.test(written.toLowerCase())) {
    return {
      message: 'its name has capital letters',
      hint: `write ${written.replace(/^[^:@]*/, (name) => name.toLowerCase())}`,
    };
  }
  if (written.endsWith(':'))
    return { message: 'its tag is empty', hint: 'write NAME:TAG, or NAME alone for latest' };
  const hint = 'write NAME:TAG or HOST/NAME:TAG, in lower case before the colon';
  return { message: 'it is no name of an image', hint };
}

/** Source: distribution/reference, NameTotalLengthMax. */
const longestName = 255;

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const domainPart = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const host = `(?:${domainPart}(?:\\.${domainPart})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const tag = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const digest = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
const reference = new RegExp(`^(?:${host}/)?${component}(?:/${component})*(?::${tag})?(?:@${digest})?$`);

function nameOf(written: string): string {
  return written.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
}
