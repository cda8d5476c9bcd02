/** Splits what a person typed or pasted into names: commas, semicolons and spaces separate. */
export function splitNames(text: string): string[] {
  return text.split(/[\s,;]+/).filter((name) => name !== '');
}

/** Adds names that are not in the list yet; case does not matter. */
export function addNames(names: readonly string[], more: readonly string[]): string[] {
  const result = [...names];
  for (const name of more) {
    if (!result.some((known) => known.toLowerCase() === name.toLowerCase())) result.push(name);
  }
  return result;
}
