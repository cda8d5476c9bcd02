#include "adapters/smtp/mailer.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include <curl/curl.h>

#include "adapters/smtp/greeting.hpp"
#include "adapters/smtp/letter.hpp"
#include "adapters/transfer/library.hpp"

namespace callboard::smtp {
namespace {

struct upload {
  std::string_view left;
};

std::size_t read_upload(char* target, std::size_t size, std::size_t count, void* state) {
  auto& left = static_cast<upload*>(state)->left;
  auto taken = std::min(size * count, left.size());
  std::memcpy(target, left.data(), taken);
  left.remove_prefix(taken);
  return taken;
}

/// The server is taken for reached until a mail finds out otherwise.
void count(dependency_probe& probe, CURLcode outcome, long reply) {
  auto is_reached = outcome == CURLE_OK || reply > 0;
  probe.connected.set(is_reached ? 1 : 0);
  if (outcome == CURLE_OK)
    probe.ok.add();
  else if (outcome == CURLE_OPERATION_TIMEDOUT)
    probe.timeout.add();
  else
    (is_reached ? probe.refused : probe.lost).add();
}

using handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using string_list = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

void connect_as_configured(CURL* curl, const mailer_config& config) {
  curl_easy_setopt(curl, CURLOPT_URL, config.url.reveal().c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_TRY));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(config.connect_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(config.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L); // time-outs without signals: other threads live here
  curl_easy_setopt(curl, CURLOPT_PROXY, "");    // an HTTP proxy of the environment is not meant for mail
}

caf::result<done> send(const mailer_config& config, const mail_message& mail) {
  auto letter = write_letter(mail, config.from);
  if (!letter)
    return make_failure(errc::not_available, "The mail's address or subject cannot be sent.");
  handle session{curl_easy_init(), curl_easy_cleanup};
  auto sender = '<' + config.from + '>';
  auto recipient = '<' + mail.to + '>';
  string_list recipients{curl_slist_append(nullptr, recipient.c_str()), curl_slist_free_all};
  if (!session || !recipients)
    return make_failure(errc::unavailable, "There is no memory for a mail.");
  upload content{*letter};
  auto* curl = session.get();
  connect_as_configured(curl, config);
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_upload);
  curl_easy_setopt(curl, CURLOPT_READDATA, &content);
  auto outcome = curl_easy_perform(curl);
  long code = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
  if (config.probe)
    count(config.probe->smtp, outcome, code);
  if (outcome == CURLE_OK)
    return done{};
  auto detail = std::string{"The mail server did not take the mail: "} + curl_easy_strerror(outcome) +
                (code > 0 ? " (" + std::to_string(code) + ")" : "");
  return make_failure(code >= 500 && code < 600 ? errc::not_available : errc::unavailable, std::move(detail));
}

} // namespace

std::string check_url(const std::string& url) {
  if (url.empty())
    return {};
  if (!url.starts_with("smtp://") && !url.starts_with("smtps://"))
    return "must begin with smtp:// or smtps://";
  transfer::initialise_library();
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed{curl_url(), curl_url_cleanup};
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    return "must be smtp://[user:password@]host[:port]";
  return {};
}

std::string greet(const mailer_config& config) {
  transfer::initialise_library();
  handle session{curl_easy_init(), curl_easy_cleanup};
  if (!session)
    return "there is no memory";
  connect_as_configured(session.get(), config);
  curl_easy_setopt(session.get(), CURLOPT_CUSTOMREQUEST, "NOOP");
  curl_easy_setopt(session.get(), CURLOPT_NOBODY, 1L);
  auto outcome = curl_easy_perform(session.get());
  return outcome == CURLE_OK ? std::string{} : curl_easy_strerror(outcome);
}

mailer_actor::behavior_type mailer(mailer_actor::stateful_pointer<mailer_state>, mailer_config config) {
  transfer::initialise_library();
  if (config.probe)
    config.probe->smtp.connected.set(1);
  return {[config](const mail_message& mail) { return send(config, mail); }};
}

} // namespace callboard::smtp
