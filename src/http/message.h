// SPDX-License-Identifier: Apache-2.0
//
// A request and a response as plain values: the whole of each, body included. Right for admin
// pages, probes, load clients and emulated accelerators, whose messages are small; the gateway's
// data path streams and does not use these.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/tls_peer.h"

namespace signalbox::http {

struct Header {
  std::string name, value;
};

// The value of the first header of that name (case-insensitive); empty when there is none.
std::string_view find_header(const std::vector<Header>& headers, std::string_view name);

struct Request {
  std::string method = "GET";
  std::string target = "/";  // as on the wire: path and, after '?', the query
  std::vector<Header> headers = {};
  std::string body = {};
  // Of a request that came over TLS: whose certificate was shown and verified; else null.
  std::shared_ptr<const net::TlsPeer> peer = {};

  // The target without its query; not decoded.
  std::string_view path() const;

  // The decoded value of a query parameter ("%20" and "+" are spaces); the first one counts.
  // nullopt when absent; empty for "?name" and "?name=".
  std::optional<std::string> query_param(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::vector<Header> headers = {};
  std::string body = {};
};

}  // namespace signalbox::http
