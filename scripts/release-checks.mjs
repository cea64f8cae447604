/** What must hold of the packages before they are published: each check returns a line for everything that does not. */

/** Files of a tarball that nobody outside has a use for, or may be given. */
const UNWANTED = [
  [/\.(test|testing)\.|\/(test|golden|__snapshots__)\//, 'belongs to the tests'],
  [/\/src\/.*\.tsx?$/, 'is source that was compiled'],
  [/\.(js|ts|css)\.map$/, 'is a source map'],
  [/\.(ttf|otf|woff2?)$/, 'is a font'],
  [/\.(o|d|a|log)$/, 'is left from compiling'],
];
/** What must come along: kernels for machines without an addon, and the texts of all code that is in a package. */
const WANTED = [
  [/./, 'LICENSE'],
  [/^inkstone$/, 'LICENSE-uplot.txt'],
  [/^inkstone$/, 'native/LICENSE-wasm-libraries.txt'],
  [/^inkstone$/, 'build/wasm/simd128.wasm'],
  [/^inkstone$/, 'build/wasm/relaxed.wasm'],
  [/^inkstone-detect$/, 'LICENSE-clipper2.txt'],
  [/^inkstone-(linux|win32)-/, 'LICENSE-gcc-runtime.txt'],
  [/^inkstone-win32-/, 'LICENSE-mingw-w64.txt'],
];
/** Scripts that npm would run at installation. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

/** @param files paths in the tarball, without the leading `package/` */
export function wrongContents({ name, scripts = {} }, files) {
  const unwanted = files.flatMap((file) => {
    const [, reason] = UNWANTED.find(([pattern]) => pattern.test(`/${file}`)) ?? [];
    return reason === undefined ? [] : [`${name}: ${file} ${reason}`];
  });
  const missing = WANTED.filter(([pattern, file]) => pattern.test(name) && !files.includes(file));
  const run = INSTALL_SCRIPTS.filter((script) => script in scripts);
  return [
    ...unwanted,
    ...missing.map(([, file]) => `${name}: ${file} is missing`),
    ...run.map((script) => `${name}: has the script ${script}, which would run at installation`),
  ];
}

/** All packages have one version, and ask each other for just that. */
export function outOfStep(manifests) {
  const { version } = manifests[0];
  const names = new Set(manifests.map(({ name }) => name));
  return manifests.flatMap(({ name, version: own, dependencies, optionalDependencies, peerDependencies }) => {
    const wanted = Object.entries({ ...dependencies, ...optionalDependencies, ...peerDependencies });
    return [
      ...(own === version ? [] : [`${name}: has version ${own}, where ${manifests[0].name} has ${version}`]),
      ...wanted
        .filter(([other, range]) => names.has(other) && range !== version)
        .map(([other, range]) => `${name}: asks for ${other} ${range}, not ${version}`),
    ];
  });
}

/** What the core would like to have installed is among what is published. */
export const unpublished = ({ name, optionalDependencies = {} }, manifests) =>
  Object.keys(optionalDependencies)
    .filter((wanted) => !manifests.some((manifest) => manifest.name === wanted))
    .map(
      (wanted) =>
        `${name}: asks for ${wanted}, which is not there; run npm run prebuilt -- ${wanted.replace('inkstone-', '')}`,
    );

/** The changelog has entries for the version, under its own heading. */
export function unmentioned(changelog, version, isDryRun) {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.split(/\s/, 1)[0] === version);
  if (section === undefined || !/^- /m.test(section)) return [`CHANGELOG.md: says nothing of ${version}`];
  const [heading] = section.split('\n');
  return isDryRun || !heading.includes('unreleased')
    ? []
    : [`CHANGELOG.md: the heading still says "${heading}"`];
}
