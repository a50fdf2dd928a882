// SPDX-License-Identifier: Apache-2.0
//
// A page of somebody else's server, asked for as one that is not trusted: within a time, up to a
// size, from where it was configured and nowhere else. Everything but a whole answer of status 200
// is a refusal in words.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/source_clock.h"
#include "adapters/trouble.h"
#include "http/client.h"

namespace signalbox::adapters {

inline constexpr std::size_t kMaxPageBytes = 1024UL * 1024;

struct Page {
  core::Address address;
  std::string target = "/";
  std::shared_ptr<const net::TlsClient> tls = {};  // null = in clear
  std::string server_name = {};                    // empty = the address's host
  std::vector<http::Header> headers = {};          // of the request; credentials
  bool http2 = false;                              // to a server that speaks nothing else
  bool may_be_missing = false;                     // 404 is an answer: an empty body
};

struct PageAnswer {
  std::string body;
  std::string content_type;
  Heard heard;  // by the server's own Date, where it says one
};

// `done` is called once, later, unless the client is closed before.
void call_page(http::Client& client, const Page& page, std::string_view accept, Duration timeout,
               const SourceClock& clock, std::function<void(Result<PageAnswer, Refusal>)> done);

}  // namespace signalbox::adapters
