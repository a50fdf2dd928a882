// SPDX-License-Identifier: Apache-2.0
//
// Linear probing, and removal by moving back what stands behind, so that no cell is ever marked as
// once used and the table never needs to be cleaned; see ticket_table.h.
#include "core/route/ticket_table.h"

#include <bit>
#include <utility>

#include "base/assert.h"

namespace signalbox::core {

Ticket& TicketTable::insert(RequestId id) {
  SIGNALBOX_ASSERT(find(id) == nullptr);
  if (2 * (size() + 1) > cells_.size()) grow();
  if (vacant_.empty()) {
    vacant_.push_back(static_cast<std::uint32_t>(tickets_.size()));
    tickets_.emplace_back();
  }
  const std::uint32_t slot = vacant_.back();
  vacant_.pop_back();
  put({id, slot});
  Ticket& ticket = tickets_[slot];
  ticket = Ticket{};
  ticket.id = id;
  return ticket;
}

void TicketTable::erase(const Ticket& ticket) {
  std::size_t hole = cell_of(ticket.id);
  SIGNALBOX_ASSERT(hole != kNowhere && &tickets_[cells_[hole].slot] == &ticket);
  vacant_.push_back(cells_[hole].slot);
  // What stands behind moves into the hole unless that is before the cell where its search begins.
  for (std::size_t next = after(hole); cells_[next].slot != kEmpty; next = after(next)) {
    const std::size_t mask = cells_.size() - 1;
    const std::size_t from_home = (next - home_of(cells_[next].id)) & mask;
    const std::size_t from_hole = (next - hole) & mask;
    if (from_home < from_hole) continue;
    cells_[hole] = cells_[next];
    hole = next;
  }
  cells_[hole].slot = kEmpty;
}

void TicketTable::put(Cell cell) {
  std::size_t place = home_of(cell.id);
  while (cells_[place].slot != kEmpty) place = after(place);
  cells_[place] = cell;
}

void TicketTable::grow() {
  const auto old =
      std::exchange(cells_, std::vector<Cell>(cells_.empty() ? kFewestCells : 2 * cells_.size()));
  shift_ = 64 - std::countr_zero(cells_.size());
  for (const Cell& cell : old) {
    if (cell.slot != kEmpty) put(cell);
  }
}

}  // namespace signalbox::core
