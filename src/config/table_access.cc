// SPDX-License-Identifier: Apache-2.0
//
// Secrets stand in files of their own, never here; see table_access.h.
#include "config/table_access.h"

#include "config/table_tokens.h"

namespace signalbox::config {

namespace {

constexpr std::string_view kRoles[] = {"viewer", "operator"};

constexpr Field kIssuerFields[] = {
    kTokenAlgorithm,
    kTokenKeyFile,
    kTokenAudience,
    kTokenIssuer,
    {.key = "claim",
     .type = Type::kText,
     .doc = "The claim that names the tenant.",
     .standard = "tenant"},
    {.key = "leeway",
     .type = Type::kDuration,
     .doc = "By how much the issuer's clock may differ from ours.",
     .standard = "1m",
     .bounds = {.at_least = "0s", .at_most = "10m"}},
};
constexpr Section kIssuer = {.noun = "an issuer of tokens", .fields = kIssuerFields};

constexpr Field kCertificateFields[] = {
    {.key = "tenant",
     .type = Type::kText,
     .doc = "Whom the certificate stands for.",
     .is_required = true},
    {.key = "name",
     .type = Type::kLongText,
     .doc = "One of its alternative names, whole: a host, a URI such as a SPIFFE identity, an "
            "e-mail address."},
    {.key = "common_name", .type = Type::kLongText, .doc = "Or its subject's common name."},
    {.key = "fingerprint",
     .type = Type::kText,
     .doc = "Or the SHA-256 of the certificate, 64 hexadecimal digits, with or without colons."},
};
constexpr Section kCertificate = {.noun = "a client certificate", .fields = kCertificateFields};

constexpr Field kAccessFields[] = {
    {.key = "keys_file",
     .type = Type::kLongText,
     .doc = "The file of API keys: a line for each, with the tenant and the key's hash, as "
            "`signalbox access new-key` prints it."},
    {.key = "tokens",
     .type = Type::kSection,
     .doc = "Issuers of signed tokens (JWT) that name the tenant.",
     .shape = Shape::kList,
     .section = &kIssuer},
    {.key = "certificates",
     .type = Type::kSection,
     .doc = "Client certificates and whom they stand for; the first that fits counts. Which ones "
            "TLS takes at all is for gateway.tls to say.",
     .shape = Shape::kList,
     .section = &kCertificate},
};

constexpr Field kBudgetFields[] = {
    {.key = "rate",
     .type = Type::kRate,
     .doc = "Requests, on average; as many as come in one second may come at once. Default: any.",
     .bounds = {.above = "0/s", .at_most = "1000000/s"}},
    {.key = "in_flight",
     .type = Type::kCount,
     .doc = "Requests at a time, those that wait included. Default: any.",
     .bounds = {.at_least = "1", .at_most = "1000000"}},
    {.key = "cost",
     .type = Type::kPrice,
     .doc = "What its requests of the last hour may have cost, each at the marginal cost of the "
            "unit that served it. Default: any.",
     .bounds = {.above = "0 USD/hour", .at_most = "1000000000 USD/hour"}},
};

constexpr Field kAdminCertificateFields[] = {
    {.key = "role",
     .type = Type::kChoice,
     .doc = "What its holder may do: a viewer reads pages, an operator also sends signals and "
            "reloads.",
     .is_required = true,
     .choices = kRoles},
    {.key = "name",
     .type = Type::kLongText,
     .doc = "One of its alternative names, whole: a host, a URI, an e-mail address."},
    {.key = "common_name", .type = Type::kLongText, .doc = "Or its subject's common name."},
    {.key = "fingerprint",
     .type = Type::kText,
     .doc = "Or the SHA-256 of the certificate, 64 hexadecimal digits, with or without colons."},
};
constexpr Section kAdminCertificate = {.noun = "an operator's certificate",
                                       .fields = kAdminCertificateFields};

constexpr Field kAdminAccessFields[] = {
    {.key = "keys_file",
     .type = Type::kLongText,
     .doc = "The file of keys for the admin page: a line for each, with viewer or operator, the "
            "key's hash and whose it is, as `signalbox access new-key --role` prints it."},
    {.key = "certificates",
     .type = Type::kSection,
     .doc = "Certificates and what their holders may do; needs gateway.admin_tls.",
     .shape = Shape::kList,
     .section = &kAdminCertificate},
};

constexpr Field kAdminTlsFields[] = {
    {.key = "certificate",
     .type = Type::kLongText,
     .doc = "A PEM file: the certificate shown, then those of the authorities between it and a "
            "root.",
     .is_required = true},
    {.key = "key",
     .type = Type::kLongText,
     .doc = "The PEM file of its key, without a passphrase.",
     .is_required = true},
    {.key = "client_ca",
     .type = Type::kLongText,
     .doc = "The PEM file of the authorities that vouch for whoever connects; a certificate of "
            "theirs must be shown.",
     .is_required = true},
};

}  // namespace

const Section kAccess = {.noun = "the rule of who may ask", .fields = kAccessFields};
const Section kBudget = {.noun = "a tenant's budget", .fields = kBudgetFields};
const Section kAdminAccess = {.noun = "the rule of who may operate", .fields = kAdminAccessFields};
const Section kAdminTls = {.noun = "the admin page's TLS", .fields = kAdminTlsFields};

}  // namespace signalbox::config
