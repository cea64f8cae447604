export {
  clampToRect,
  clipToRect,
  coveredArea,
  offsetPolygon,
  type Region,
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
  toRow,
} from './polygon.js';
export { visitRuns } from './raster.js';
export { growRect, minAreaRect, type RotatedRect } from './rectangle.js';
export { intersectionArea, type Shape, shapeOf, shapeOfRegion, sharedArea } from './shape.js';
