"""Makes the hashes that the tests of the password formats verify, with the programs themselves.

    python make-vectors.py werkzeug|old_werkzeug|django|passlib|passlib_older|bcrypt > NAME.json
    python make-vectors.py flask > ../../operator/vectors/flask.json

Each file says which versions made it. passlib 1.7.4 needs bcrypt below 4.1; old_werkzeug needs Werkzeug
below 3. What `flask` makes looks like plain bcrypt: only an option of the import tells it apart.
"""
import json
import platform
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

PASSWORDS = {
    "ascii": "correct horse battery staple",
    "composed": "caf\u00e9 cr\u00e8me \u00e0 la fran\u00e7aise",
    "hundred bytes": "0123456789" * 10,
    "emoji": "\U0001f40e\U0001f50b\U0001f4ce" * 5,
}

# Werkzeug's own defaults, at half a second each: one of each will do.
EXPENSIVE = [
    "generate_password_hash(password, method='scrypt')",
    "generate_password_hash(password, method='pbkdf2')",
]


def werkzeug():
    from werkzeug.security import generate_password_hash

    methods = [
        "scrypt",
        "scrypt:1024:8:1",
        "pbkdf2",
        "pbkdf2:sha256:1000",
        "pbkdf2:sha1:1000",
        "pbkdf2:sha512:1000",
    ]
    for method in methods:
        call = f"generate_password_hash(password, method={method!r})"
        yield call, lambda p, method=method: generate_password_hash(p, method=method)


def old_werkzeug():
    from werkzeug.security import generate_password_hash

    for method in ["sha256", "sha512", "pbkdf2:sha1:1000"]:
        call = f"generate_password_hash(password, method={method!r}, salt_length=8)"
        yield call, lambda p, method=method: generate_password_hash(p, method, 8)


def django():
    from django.conf import settings

    settings.configure()
    from django.contrib.auth import hashers

    def encode(hasher, *args):
        return lambda p: hasher.encode(p, hasher.salt(), *args)

    yield "PBKDF2PasswordHasher().encode(password, salt, 1000)", encode(
        hashers.PBKDF2PasswordHasher(), 1000
    )
    yield "PBKDF2SHA1PasswordHasher().encode(password, salt, 1000)", encode(
        hashers.PBKDF2SHA1PasswordHasher(), 1000
    )
    yield "ScryptPasswordHasher().encode(password, salt, 1024)", encode(
        hashers.ScryptPasswordHasher(), 1024
    )
    for name in ["BCryptSHA256PasswordHasher", "BCryptPasswordHasher"]:
        hasher = type(name, (getattr(hashers, name),), {"rounds": 4})()
        yield f"{name}(rounds=4).encode(password, salt)", encode(hasher)


def passlib():
    from passlib.hash import bcrypt, bcrypt_sha256

    yield "bcrypt_sha256.using(rounds=4).hash(password)", bcrypt_sha256.using(rounds=4).hash
    for ident in ["2a", "2b", "2y"]:
        call = f"bcrypt.using(rounds=4, ident={ident!r}).hash(password)"
        yield call, bcrypt.using(rounds=4, ident=ident).hash


def passlib_older():
    from passlib import hash as passlib_hash

    for name in ["pbkdf2_sha1", "pbkdf2_sha256", "pbkdf2_sha512"]:
        hasher = getattr(passlib_hash, name)
        yield f"{name}.encrypt(password, rounds=1000)", lambda p, hasher=hasher: hasher.encrypt(
            p, rounds=1000
        )
    # Version 1, which passlib wrote before 1.7.3.
    from passlib.hash import bcrypt_sha256

    yield "bcrypt_sha256.encrypt(password, rounds=4)", lambda p: bcrypt_sha256.encrypt(p, rounds=4)


def flask():
    import base64
    import hashlib
    import hmac
    import unicodedata

    from passlib.hash import bcrypt

    def handle_long(password):
        return bcrypt.encrypt(hashlib.sha256(password.encode()).hexdigest(), rounds=4, ident="2a")

    def double_hash(password):
        normal = unicodedata.normalize("NFKD", password).encode()
        signed = hmac.new(SECURITY_PASSWORD_SALT.encode(), normal, hashlib.sha512).digest()
        return bcrypt.encrypt(base64.b64encode(signed).decode(), rounds=4, ident="2a")

    yield "Flask-Bcrypt with BCRYPT_HANDLE_LONG_PASSWORDS", handle_long
    yield "Flask-Security with SECURITY_PASSWORD_HASH = 'bcrypt'", double_hash


SECURITY_PASSWORD_SALT = "pepper, in a file of its own"


def bcrypt():
    import bcrypt as program

    for prefix in [b"2a", b"2b"]:
        call = f"bcrypt.hashpw(password, bcrypt.gensalt(4, {prefix!r}))"
        yield call, lambda p, prefix=prefix: program.hashpw(
            p.encode(), program.gensalt(4, prefix)
        ).decode()


def vectors(hashers):
    for call, make in hashers:
        for name, password in PASSWORDS.items():
            try:
                yield {"call": call, "name": name, "password": password, "hash": make(password)}
            except ValueError as refusal:  # bcrypt 5 refuses more than 72 bytes
                print(call, name, refusal, file=sys.stderr)
            if call in EXPENSIVE:
                break


def version_of(name):
    try:
        return version(name)
    except PackageNotFoundError:  # passlib from a checkout
        return import_module(name).__version__


program = sys.argv[1]
needs = {
    "werkzeug": ["Werkzeug"],
    "old_werkzeug": ["Werkzeug"],
    "django": ["Django", "bcrypt"],
    "passlib": ["passlib", "bcrypt"],
    "passlib_older": ["passlib"],
    "flask": ["passlib"],
    "bcrypt": ["bcrypt"],
}
made_by = ", ".join(f"{name} {version_of(name)}" for name in needs[program])
json.dump(
    {
        "madeBy": f"{made_by}, Python {platform.python_version()}",
        "how": f"make-vectors.py {program}; `call` is what was run for each password",
        "vectors": list(vectors(globals()[program]())),
    },
    sys.stdout,
    indent=2,
)
print()
