export {
  clampToRect,
  clipToRect,
  coveredArea,
  intersectionArea,
  offsetPolygon,
  type Region,
  regionIntersectionArea,
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
export { convexHull, minAreaRect, type RotatedRect } from './rectangle.js';
