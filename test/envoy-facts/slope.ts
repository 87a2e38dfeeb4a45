/** The slope of the straight line nearest to the points (least squares): what one more unit of x adds to y. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const x = mean(points.map(([value]) => value));
  const y = mean(points.map(([, value]) => value));
  const along = points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0);
  const spread = points.reduce((sum, [px]) => sum + (px - x) ** 2, 0);
  return along / spread;
}
