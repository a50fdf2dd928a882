// SPDX-License-Identifier: Apache-2.0
#include "observe/access_log.h"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace signalbox::observe {
namespace {

AccessRecord served() {
  AccessRecord record;
  record.at = 1'742'982'067'250'000'000;
  record.request_id = "00000000deadbeef";
  record.client_address = "192.0.2.7:51512";
  record.method = "POST";
  record.path = "/genimage";
  record.service = "genimage";
  record.unit = "sd21-inf2-neuron";
  record.endpoint = "10.0.0.1:8000";
  record.outcome = "completed";
  record.status = 200;
  record.attempts = 1;
  record.bytes_in = 41;
  record.bytes_out = 120'394;
  record.held = 1500us;
  record.time_to_first_byte = 611ms;
  record.duration = 612345us;
  return record;
}

TEST(AccessLog, one_request_is_one_line) {
  std::string out = "kept\n";
  append_access_line(out, served());
  EXPECT_EQ(out,
            "kept\n"
            R"({"time":"2025-03-26T09:41:07.250Z","request_id":"00000000deadbeef",)"
            R"("client":"192.0.2.7:51512","method":"POST","path":"/genimage",)"
            R"("service":"genimage","unit":"sd21-inf2-neuron","endpoint":"10.0.0.1:8000",)"
            R"("mode":"cost_optimized","outcome":"completed","status":200,"attempts":1,)"
            R"("bytes_in":41,"bytes_out":120394,"held_ms":1.500,"ttfb_ms":611.000,)"
            R"("duration_ms":612.345})"
            "\n");
}

TEST(AccessLog, a_prompt_in_the_query_is_not_logged) {
  AccessRecord record = served();
  record.path = "/genimage?prompt=my%20secret#secret";
  std::string out;
  append_access_line(out, record);
  EXPECT_EQ(out.find("secret"), std::string::npos);
  EXPECT_NE(out.find(R"("path":"/genimage",)"), std::string::npos);
}

TEST(AccessLog, hostile_bytes_stay_inside_their_line) {
  AccessRecord record = served();
  record.path = "/a\"}\n{\"status\":200,\x1b[31m\xff";
  std::string out;
  append_access_line(out, record);
  EXPECT_EQ(out.find('\n'), out.size() - 1);
  const auto line = boost::json::parse(out).as_object();
  EXPECT_EQ(line.at("path").as_string(), "/a\"}\n{\"status\":200,\x1b[31m\uFFFD");
  EXPECT_EQ(line.at("status").as_int64(), 200);
}

TEST(AccessLog, a_line_is_bounded_and_unknown_names_are_null) {
  AccessRecord record;
  const std::string path(100'000, 'x');
  record.path = path;
  std::string out;
  append_access_line(out, record);
  EXPECT_LT(out.size(), kMaxLoggedPathBytes + 500);
  const auto line = boost::json::parse(out).as_object();
  EXPECT_TRUE(line.at("unit").is_null());
  EXPECT_TRUE(line.at("service").is_null());
}

}  // namespace
}  // namespace signalbox::observe
