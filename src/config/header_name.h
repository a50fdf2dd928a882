// SPDX-License-Identifier: Apache-2.0
//
// Names of HTTP headers as a configuration writes them: any case, but only what a header can be
// called. A name that no header has would silently switch off what depends on it.
#pragma once

#include <string>
#include <string_view>

namespace signalbox::config {

// A token of RFC 9110, section 5.6.2.
bool is_header_name(std::string_view text);

std::string lower_case(std::string text);

// Whether the header frames or steers a connection, so that only its own ends may set it (RFC 9110,
// section 7.6.1).
bool is_connection_header(const std::string& name);

}  // namespace signalbox::config
