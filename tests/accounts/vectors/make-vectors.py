"""Makes the hashes that the tests of the password formats verify, with the programs themselves.

    python make-vectors.py werkzeug|django|passlib|bcrypt > NAME.json

Each file says which versions made it. passlib 1.7.4 needs bcrypt below 4.1.
"""
import json
import platform
import sys
from importlib.metadata import version

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


program = sys.argv[1]
needs = {"werkzeug": ["Werkzeug"], "django": ["Django", "bcrypt"], "passlib": ["passlib", "bcrypt"], "bcrypt": ["bcrypt"]}
made_by = ", ".join(f"{name} {version(name)}" for name in needs[program])
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
