/** Styles are gathered by the bundling. */
declare module '*.css';
