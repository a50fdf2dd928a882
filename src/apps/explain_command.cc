// SPDX-License-Identifier: Apache-2.0
//
// `signalbox explain ID`: asks a running gateway's operator page for the story of one request, and
// the decision journal, if one is named, when the page knows it no more.
#include <fmt/format.h>

#include <utility>

#include "access/secret_file.h"
#include "apps/addresses.h"
#include "apps/commands.h"
#include "apps/exit_code.h"
#include "http/client.h"
#include "journal/journal_file.h"
#include "net/tls.h"

namespace signalbox::apps {

namespace {

// What the journal kept of the request, one entry a line.
int explain_from_journal(const ExplainOptions& options) {
  const auto file = journal::JournalFile::open_to_read(options.journal);
  if (!file.ok()) {
    fmt::print(stderr, "signalbox explain: {}\n", file.error().message);
    return kExitFailed;
  }
  const std::string id = fmt::format("{:0>16}", options.id);
  const auto entries = file->of_request(id);
  if (!entries.ok()) {
    fmt::print(stderr, "signalbox explain: {}\n", entries.error().message);
    return kExitFailed;
  }
  if (entries->empty()) {
    fmt::print(
        stderr,
        "signalbox explain: neither the operator's page nor {} knows request {}; of requests "
        "that are forwarded at once the journal keeps one in journal.sample\n",
        options.journal, id);
    return kExitFailed;
  }
  const std::int64_t start = entries->front().at_unix_nanos;
  for (const auto& entry : *entries) {
    const double after_ms = to_millis(Duration{entry.at_unix_nanos - start});
    if (options.json) {
      fmt::print("{}\n", journal::entry_json(entry));
    } else {
      fmt::print("+{:.1f} ms  {}{}{}{}: {}\n", after_ms, entry.kind,
                 entry.unit.empty() ? "" : " to " + entry.unit,
                 entry.endpoint == 0 ? "" : fmt::format(" endpoint {}", entry.endpoint),
                 entry.status == 0 ? "" : fmt::format(" with {}", entry.status), entry.reason);
    }
  }
  return kExitOk;
}

}  // namespace

int explain_command(const ExplainOptions& options) {
  const auto admin = parse_address(options.admin);
  if (!admin.ok()) {
    fmt::print(stderr, "signalbox explain: --admin: {}\n", admin.error().message);
    return kExitBadUsage;
  }
  http::Request request;
  request.target = fmt::format("/explain/{}{}", options.id, options.json ? "" : "?format=text");
  if (!options.key_file.empty()) {
    const auto key = access::read_secret_file(options.key_file, access::Content::kSecret);
    if (!key.ok()) {
      fmt::print(stderr, "signalbox explain: --key-file: {}\n", key.error().message);
      return kExitBadUsage;
    }
    request.headers.push_back({"authorization", "Bearer " + *key});
  }
  http::CallOptions call;
  if (!options.ca_file.empty() || !options.own_certificate.empty()) {
    auto tls = net::TlsClient::make({.ca_file = options.ca_file,
                                     .own = {options.own_certificate, options.own_key},
                                     .alpn = {"http/1.1"}});
    if (!tls.ok()) {
      fmt::print(stderr, "signalbox explain: {}\n", tls.error().message);
      return kExitBadUsage;
    }
    for (const auto& warning : (*tls)->warnings()) {
      fmt::print(stderr, "signalbox explain: {}\n", warning);
    }
    call.tls = std::move(*tls);
  }
  const auto answer = http::call_blocking(*admin, request, call);
  if (answer.ok() && answer->status == 200) {
    fmt::print("{}", answer->body);
    return kExitOk;
  }
  if (!options.journal.empty()) return explain_from_journal(options);
  if (!answer.ok()) {
    fmt::print(stderr,
               "signalbox explain: no answer from the operator's page at {}: {}\n"
               "Is `signalbox serve` running? Its configuration names the page: gateway.admin.\n",
               options.admin, answer.error().message);
  } else {
    fmt::print(stderr, "signalbox explain: {}", answer->body);
  }
  return kExitFailed;
}

}  // namespace signalbox::apps
