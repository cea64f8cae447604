export {
  clampToRect,
  clipToRect,
  coveredArea,
  intersectionArea,
  offsetPolygon,
  type Region,
  regionIntersectionArea,
  simplify,
  subtract,
} from './boolean.js';
export {
  area,
  type BoundingBox,
  boundingBox,
  boxesOverlap,
  COORDINATE_LIMIT,
  contains,
  distance,
  isConvex,
  isSelfIntersecting,
  isUsable,
  type Point,
  type Polygon,
  perimeter,
  signedArea,
} from './polygon.js';
export { visitRuns } from './raster.js';
export { growRect, minAreaRect, type RotatedRect } from './rectangle.js';
