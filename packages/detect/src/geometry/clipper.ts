/** What is used of Clipper2. The build bundles it into this file, so that the package has no dependency. */
export { Clipper, EndType, FillRule, JoinType, type PathD, type PathsD } from 'clipper2-ts';
