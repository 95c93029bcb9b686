from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from twilio.request_validator import RequestValidator

from tests.fakes.signer import signed_headers, signed_json, standard_webhook_headers, twilio_signature

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
GOLDEN = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
SECRETS = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2Vjb25kLXNlY3JldC1mb3Itcm90YXRpb24=")


def test_golden_value():
    assert twilio_signature(TOKEN, URL, GOLDEN) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    ("url", "params"),
    [
        ("https://recover.example/hooks/twilio/k/message", {"Body": "my pipe burst 🚰", "From": "+15555550123"}),
        ("https://recover.example/hooks/twilio/k/message", {"Body": "", "NumMedia": "0"}),
        ("https://recover.example/hooks/twilio/k/message", {"Body": "שלום", "body": "lower case sorts last"}),
        ("https://recover.example/hooks/twilio/k/message?b=2&a=1&e=", {"Body": "a+b %2B c"}),
        ("http://127.0.0.1:8000/hooks/twilio/k/message-status?key=0f", {"SmsStatus": "sent", "SmsSid": "SM1"}),
        ("https://recover.example/hooks/twilio/k/voice", {}),
    ],
)
def test_agrees_with_the_carriers_own_validator(url, params):
    signature = twilio_signature("token", url, params)
    assert RequestValidator("token").validate(url, params, signature)
    assert not RequestValidator("token").validate(url + "x", params, signature)
    assert not RequestValidator("other").validate(url, params, signature)


def test_repeated_names_are_signed_once_per_distinct_value():
    class Fields(dict):
        def getlist(self, name):
            return self[name]

    params = Fields({"MediaUrl": ["b", "a", "b"], "To": ["+15555550100"]})
    assert RequestValidator("token").validate(URL, params, twilio_signature("token", URL, params))


def test_the_fragment_is_not_signed():
    assert twilio_signature(TOKEN, URL + "#rc=2&rp=ct,rt,5xx", GOLDEN) == twilio_signature(TOKEN, URL, GOLDEN)


def test_signed_headers():
    headers = signed_headers(TOKEN, URL, GOLDEN)
    again = signed_headers(TOKEN, URL, GOLDEN)
    token = headers.pop("I-Twilio-Idempotency-Token")
    assert headers == {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "User-Agent": "TwilioProxy/1.1",
        "X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    }
    assert again["I-Twilio-Idempotency-Token"] != token


def test_a_json_body_is_signed_through_its_hash():
    body = '{"event":"é"}'
    url, headers = signed_json("token", "https://recover.example/hooks", body)
    assert headers["Content-Type"] == "application/json"
    assert RequestValidator("token").validate(url, body, headers["X-Twilio-Signature"])
    assert not RequestValidator("token").validate(url, body + " ", headers["X-Twilio-Signature"])


def test_standard_webhook_vector():
    headers = standard_webhook_headers(SECRETS[0], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}')
    assert headers == {
        "Content-Type": "application/json",
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize("secret", SECRETS)
def test_during_a_rotation_either_secret_verifies(secret):
    body = b'{"type":"call.missed"}'
    headers = standard_webhook_headers(SECRETS, "msg_1", datetime.now(UTC), body)
    assert Webhook(secret).verify(body, headers) == {"type": "call.missed"}
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers)
