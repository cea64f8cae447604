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
  distanceToSegment,
  isConvex,
  isSelfIntersecting,
  isUsable,
  type Point,
  type Polygon,
  perimeter,
  signedArea,
} from './polygon.js';
export { type RunVisitor, rasterize, visitRuns } from './raster.js';
export { convexHull, growRect, minAreaRect, type RotatedRect } from './rectangle.js';
