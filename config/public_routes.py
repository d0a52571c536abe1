"""The pages that answer somebody who is not signed in; every other address leads to the sign-in page.

This list is what `config.middleware.SignedInMiddleware` goes by: a mark on a view opens nothing.
"""

PUBLIC_ROUTES: dict[str, str] = {
    "healthz": "a load balancer has no account",
    "set_language": "the sign-in page is read before anybody is known; changes one cookie",
    "setup": "makes the first account; gone as soon as there is one",
    "diary:manifest": "a phone reads it without cookies; holds the name and the icons",
    "diary:service_worker": "a script, the same for everybody; browsers look for a newer one by themselves",
    "diary:offline": "what is shown without a connection; the same for everybody, with nothing of anybody's",
    "diary:reminders_off": "the link in each reminder; its signature allows one thing, to stop them",
    "account_login": "the front door",
    "mfa_authenticate": "the second step of signing in",
    "mfa_login_webauthn": "signing in with a passkey",
    "account_signup": "makes an account, unless sign-up is closed",
    "account_logout": "also ends a sign-in that stopped half way",
    "account_inactive": "says why an account that is switched off can't sign in",
    "account_reset_password": "asks for the e-mail that resets a password",
    "account_reset_password_done": "says that the e-mail is on its way",
    "account_reset_password_from_key": "the link in that e-mail",
    "account_reset_password_from_key_done": "says that the password is changed",
    "account_email_verification_sent": "says that the e-mail to confirm an address is on its way",
    "account_confirm_email": "the link in that e-mail, perhaps opened on another device",
    # The API knows no sessions. Each of its views asks for an access token itself; a test walks them all.
    "api:openapi-json": "what the API can do; holds nothing of anybody",
    "api:log_episode": "asks for an access token that may log",
    "api:mark_no_twitches": "asks for an access token that may log",
    "api:unmark_no_twitches": "asks for an access token that may log",
    "api:read_days": "asks for an access token that may read",
    "api:read_day": "asks for an access token that may read",
    "api:read_findings": "asks for an access token that may read",
    "triage:share": "a doctor who was given a link has no account; the link is the key, ends and can be withdrawn",
    "triage:share_pdf": "the same page as PDF",
}

# Forms that are taken without Django's token against forgery, and what stands in its place. A test compares this
# list with the views, and tries each of the locks.
WITHOUT_TOKEN: dict[str, str] = {
    "diary:upload": "looks at the size before it reads a byte, then asks for the token itself",
    "diary:reminders_off": "a mail program has no cookie (RFC 8058); the signed address is the lock",
    "triage:share": "no referrer, so no origin; no session is behind it, the passphrase is the lock",
    "api:log_episode": "no session counts, only the access token in a header that no form can send",
    "api:mark_no_twitches": "only the access token in a header counts, as above",
    "api:unmark_no_twitches": "only the access token in a header counts, as above",
    "api:read_days": "only the access token in a header counts, as above",
    "api:read_day": "only the access token in a header counts, as above",
    "api:read_findings": "only the access token in a header counts, as above",
}
