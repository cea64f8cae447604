// Columns of the right operand in panels: what one register tile multiplies with.
#pragma once

#include "base/simd.h"

namespace inkstone {
namespace INKSTONE_ISA {

/// Columns of a narrow panel.
#if defined(INKSTONE_NEON)
constexpr int64_t kTileLanes = 2 * kLanes;
#else
constexpr int64_t kTileLanes = kLanes;
#endif

/// Columns of a full panel. The last panel is narrow when that suffices.
constexpr int64_t kPanelColumns = 2 * kTileLanes;

/// Width of the panel that starts at a column when `count` columns remain.
constexpr int64_t panelWidth(int64_t count) { return count > kTileLanes ? kPanelColumns : kTileLanes; }

/// Columns that the panels of `columns` columns cover.
constexpr int64_t paddedColumns(int64_t columns) { return (columns + kTileLanes - 1) / kTileLanes * kTileLanes; }

}  // namespace INKSTONE_ISA
}  // namespace inkstone
