/** The paths of a small line: one for each stretch without a gap. Pure. */
export function sparkPaths(
  values: readonly (number | null)[],
  most: number,
  width: number,
  height: number,
): string[] {
  const paths: string[] = [];
  let path = '';
  const x = (i: number): number => (values.length < 2 ? width : (i / (values.length - 1)) * width);
  const y = (value: number): number => height - 1 - Math.min(1, most > 0 ? value / most : 0) * (height - 2);
  values.forEach((value, i) => {
    if (value === null) {
      if (path !== '') paths.push(path);
      path = '';
      return;
    }
    path += `${path === '' ? 'M' : 'L'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  if (path !== '') paths.push(path);
  return paths;
}
