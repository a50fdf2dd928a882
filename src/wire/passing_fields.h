// SPDX-License-Identifier: Apache-2.0
//
// Which fields of a message travel on through an intermediary, the same for every protocol it is
// written in afterwards: not those of the connection it came on, not its framing (which is written
// afresh), and nothing that only we may say.
#pragma once

#include <string_view>
#include <vector>

#include "wire/http1_message.h"
#include "wire/http1_writer.h"

namespace signalbox::wire {

// True when a Connection field names `name` as one that ends here.
bool named_by_connection(const std::vector<Field>& fields, std::string_view name);

bool passes_to_unit(const Field& field, const RequestRewrite& rewrite);
bool passes_to_client(const Field& field);

// Calls `take` with every field of a client's request that goes to a unit.
template <class Take>
void for_each_passing(const RequestHead& head, const RequestRewrite& rewrite, Take take) {
  const bool connection_speaks = find_field(head.fields, FieldKind::kConnection) != nullptr;
  for (const Field& field : head.fields) {
    if (!passes_to_unit(field, rewrite)) continue;
    if (connection_speaks && named_by_connection(head.fields, field.name)) continue;
    take(field);
  }
}

// Calls `take` with every field of a unit's answer that goes to its client.
template <class Take>
void for_each_passing(const ResponseHead& head, Take take) {
  const bool connection_speaks = find_field(head.fields, FieldKind::kConnection) != nullptr;
  for (const Field& field : head.fields) {
    if (!passes_to_client(field)) continue;
    if (connection_speaks && named_by_connection(head.fields, field.name)) continue;
    take(field);
  }
}

}  // namespace signalbox::wire
