"""The tutorial's way, in a few lines of our own: requests-oauthlib, and Flask for the redirect.

Rule: no more is done than a script of that kind does; it is what people had before.
"""

import json
import os
import sys
import time

from requests_oauthlib import OAuth2Session

CLIENT, SECRET = os.environ["CLIENT"], os.environ["SECRET"]
TOKEN_URL, API_URL = os.environ["TOKEN_URL"], os.environ["API_URL"]
FILE, CA = os.environ["TOKEN_FILE"], os.environ["CA_FILE"]


def load():
    with open(FILE, encoding="utf-8") as file:
        return json.load(file)


def save(token):
    with open(FILE, "w", encoding="utf-8") as file:
        json.dump(token, file)


def token():
    stored = load()
    if stored["expires_at"] < time.time() + 60:
        sys.exit("expired")
    print(OAuth2Session(CLIENT, token=stored).token["access_token"])


def refresh():
    session = OAuth2Session(CLIENT, token=load())
    save(session.refresh_token(TOKEN_URL, client_id=CLIENT, client_secret=SECRET, verify=CA))


def whoami():
    session = OAuth2Session(CLIENT, token=load())
    print(session.get(f"{API_URL}/2/0/users/me", verify=CA).json()["user"]["email"])


def login():
    from flask import Flask, request

    redirect_uri, port = os.environ["REDIRECT_URI"], int(os.environ["PORT"])
    session = OAuth2Session(
        CLIENT, redirect_uri=redirect_uri, scope=["openid", "email", "offline_access"]
    )
    address, _ = session.authorization_url(os.environ["AUTHORIZATION_URL"])
    app = Flask("tutorial")

    @app.route("/callback")
    def callback():
        save(
            session.fetch_token(
                TOKEN_URL,
                authorization_response=request.url,
                client_secret=SECRET,
                include_client_id=True,
                verify=CA,
            )
        )
        return "Signed in"

    print(address, file=sys.stderr, flush=True)
    app.run("127.0.0.1", port, ssl_context=(os.environ["CERT_FILE"], os.environ["KEY_FILE"]))


os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"
{"token": token, "refresh": refresh, "whoami": whoami, "login": login}[sys.argv[1]]()
