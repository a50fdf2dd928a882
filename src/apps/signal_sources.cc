// SPDX-License-Identifier: Apache-2.0
//
// From sections to adapters; see signal_sources.h.
#include "apps/signal_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "access/secret_file.h"
#include "adapters/feed_source.h"
#include "adapters/metrics_scraper.h"
#include "adapters/prometheus_source.h"
#include "adapters/spot_notices.h"
#include "base/assert.h"
#include "config/units_of_measure.h"

namespace signalbox::apps {

namespace {

using Kind = config::SourceSection::Kind;
using Gives = config::SourceQuery::Gives;

adapters::Quantity quantity_of(Gives gives) {
  switch (gives) {
    case Gives::kPrice:
      return adapters::Quantity::kPrice;
    case Gives::kMaxReplicas:
      return adapters::Quantity::kMaxReplicas;
    case Gives::kLatency:
      return adapters::Quantity::kLatency;
    case Gives::kReady:
      return adapters::Quantity::kReady;
    case Gives::kPending:
      return adapters::Quantity::kPending;
    case Gives::kWatts:
      return adapters::Quantity::kWatts;
  }
  return adapters::Quantity::kPrice;
}

// What a header can carry (RFC 9110, section 5.5), without what would end it.
bool is_field_value(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c == '\t' || (c >= ' ' && c != 0x7f);
  });
}

Result<SourcePlan> plan_of(const config::SourceSection& section) {
  SourcePlan plan{section, nullptr, {}};
  if (section.from.tls) {
    auto tls = net::TlsClient::make({.ca_file = section.ca_file, .alpn = {"http/1.1"}});
    if (!tls.ok()) return tls.error();
    plan.tls = *std::move(tls);
  }
  if (!section.credential_file.empty()) {
    auto secret = access::read_secret_file(section.credential_file, access::Content::kSecret);
    if (!secret.ok()) return secret.error();
    if (!is_field_value(*secret)) {
      return Error{
          fmt::format("{} does not hold what a header can carry: one line of text, such "
                      "as 'Bearer abc'",
                      section.credential_file)};
    }
    plan.headers.push_back({section.credential_header, *std::move(secret)});
  }
  return plan;
}

std::string kind_in_words(const config::SourceSection& section) {
  const std::string from = config::format_location(section.from);
  switch (section.kind) {
    case Kind::kScrape:
      return "pages of " + section.dialect;
    case Kind::kPrometheus:
      return fmt::format("{} {} to {}", section.queries.size(),
                         section.queries.size() == 1 ? "question" : "questions", from);
    case Kind::kPriceList:
      return "prices in " + from;
    case Kind::kAwsSpotPrices:
      return "AWS spot prices in " + from;
    case Kind::kQuotas:
      return "quotas in " + from;
    case Kind::kSpotNotices:
      return section.asks_endpoints ? "spot notices of each endpoint's host"
                                    : "spot notices in " + from;
  }
  return "?";
}

adapters::FeedReader reader_of(const config::SourceSection& section) {
  switch (section.kind) {
    case Kind::kPriceList:
      return adapters::price_signals;
    case Kind::kAwsSpotPrices:
      return [product = section.product](std::string_view text, const auto& context) {
        return adapters::aws_spot_signals(text, product, context);
      };
    case Kind::kQuotas:
      return adapters::quota_signals;
    case Kind::kSpotNotices:
      return [noticed = std::vector<EndpointId>()](std::string_view text,
                                                   const auto& context) mutable {
        return adapters::notice_signals(text, noticed, context);
      };
    case Kind::kScrape:
    case Kind::kPrometheus:
      break;
  }
  SIGNALBOX_ASSERT(!"this kind is no feed");
  return {};
}

adapters::Page page_of(const SourcePlan& plan) {
  return {.address = plan.section.from.address,
          .target = plan.section.from.target,
          .tls = plan.tls,
          .headers = plan.headers};
}

// What was renewed in a file looks the same from here, so whatever stands on one begins anew.
bool goes_on(const SourcePlan& running, const SourcePlan& wanted) {
  return running.section == wanted.section && running.section.credential_file.empty() &&
         !running.section.from.tls;
}

}  // namespace

Result<std::vector<SourcePlan>> source_plans(const std::vector<config::SourceSection>& sections) {
  std::vector<SourcePlan> plans;
  for (const auto& section : sections) {
    auto plan = plan_of(section);
    if (!plan.ok()) return Error{fmt::format("sources.{}: {}", section.name, plan.error().message)};
    plans.push_back(*std::move(plan));
  }
  return plans;
}

std::string describe_source(const config::SourceSection& section) {
  return fmt::format("source {}: {}{}{}, every {}", section.name, kind_in_words(section),
                     section.units.empty()           ? ""
                     : section.kind == Kind::kScrape ? " at "
                                                     : " for ",
                     fmt::join(section.units, ", "), config::format_duration(section.interval));
}

SignalSources::SignalSources(asio::io_context& io, std::uint64_t seed,
                             std::function<void(const std::string&)> tell)
    : io_(io), seed_(seed), tell_(tell ? std::move(tell) : [](const std::string&) {}) {}

SignalSources::~SignalSources() { stop(); }

void SignalSources::adopt(std::vector<SourcePlan> plans) {
  std::vector<Running> before = std::exchange(running_, {});
  for (auto& plan : plans) {
    const auto same = std::find_if(before.begin(), before.end(), [&](const Running& running) {
      return running.source != nullptr && goes_on(running.plan, plan);
    });
    if (same != before.end()) {
      running_.push_back(std::move(*same));
      continue;
    }
    auto source = make(plan);
    source->on_links(links_);
    if (view_ != nullptr) source->on_view(view_);
    running_.push_back({std::move(plan), std::move(source)});
    if (sink_ != nullptr) running_.back().source->start(*sink_);
  }
}

std::unique_ptr<adapters::ViewedSource> SignalSources::make(const SourcePlan& plan) {
  const config::SourceSection& section = plan.section;
  adapters::SourceOptions options;
  options.name = section.name;
  options.units = section.units;
  options.interval = section.interval;
  options.timeout = section.timeout;
  options.seed = seed_ + std::hash<std::string>{}(section.name);
  options.tell = tell_;
  if (section.kind == Kind::kScrape) {
    adapters::ScrapeOptions scrape;
    scrape.dialect = adapters::find_dialect(section.dialect);
    scrape.path = section.path;
    scrape.port = section.port;
    scrape.where = section.where;
    scrape.executions_per_request = section.executions_per_request;
    return std::make_unique<adapters::MetricsScraper>(io_, std::move(options), scrape);
  }
  if (section.asks_endpoints) {
    return std::make_unique<adapters::SpotNotices>(io_, std::move(options), section.path,
                                                   section.port);
  }
  if (section.kind == Kind::kPrometheus) {
    std::vector<adapters::PrometheusQuestion> questions;
    for (const auto& query : section.queries) {
      questions.push_back({quantity_of(query.gives), query.expression, query.unit});
    }
    return std::make_unique<adapters::PrometheusSource>(io_, std::move(options), page_of(plan),
                                                        std::move(questions));
  }
  std::variant<std::string, adapters::Page> from = section.from.file;
  if (section.from.is_page()) from = page_of(plan);
  return std::make_unique<adapters::FeedSource>(io_, std::move(options), std::move(from),
                                                config::format_location(section.from),
                                                reader_of(section));
}

void SignalSources::on_view(const std::shared_ptr<const core::FleetView>& view) {
  view_ = view;
  for (auto& running : running_) running.source->on_view(view);
}

void SignalSources::on_links(std::map<std::string, adapters::ProbeLink> links) {
  links_ = std::move(links);
  for (auto& running : running_) running.source->on_links(links_);
}

void SignalSources::start(control::SignalSink& sink) {
  sink_ = &sink;
  for (auto& running : running_) running.source->start(sink);
}

void SignalSources::stop() {
  sink_ = nullptr;
  for (auto& running : running_) running.source->stop();
}

}  // namespace signalbox::apps
