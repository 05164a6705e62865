"""Flask-Login as its documentation teaches it, with sqlite3 and Jinja2."""

import os
import secrets
import sqlite3
from datetime import datetime

from flask import Flask, abort, g, redirect, render_template, request, session
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__, template_folder="views")
app.secret_key = "only for this benchmark"
login_manager = LoginManager(app)
login_manager.login_view = "login"

TABLES = """
CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT);
CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, user_id INTEGER, words TEXT, at TEXT, browser TEXT);
CREATE INDEX IF NOT EXISTS events_of_user ON events (user_id, id);
"""


class User(UserMixin):
    def __init__(self, row):
        self.id = row["id"]
        self.username = row["username"]
        self.password_hash = row["password_hash"]


def get_db():
    if "db" not in g:
        g.db = sqlite3.connect(os.environ["DATABASE_URL"].replace("file:", ""))
        g.db.row_factory = sqlite3.Row
    return g.db


@app.teardown_appcontext
def close_db(_error):
    if "db" in g:
        g.pop("db").close()


def find_user(column, value):
    row = get_db().execute(f"SELECT * FROM users WHERE {column} = ?", (value,)).fetchone()
    return User(row) if row else None


@app.template_filter("date")
def format_date(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).strftime("%a, %d %b %Y %H:%M:%S GMT")


@login_manager.user_loader
def load_user(user_id):
    return find_user("id", user_id)


@app.before_request
def check_csrf():
    if request.method == "POST" and request.form.get("_csrf") != session.get("csrf", ""):
        abort(403)
    session.setdefault("csrf", secrets.token_hex(32))


def render(name, **values):
    user = current_user if current_user.is_authenticated else None
    return render_template(name, user=user, csrfToken=session["csrf"], **values)


@app.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "POST":
        user = find_user("username", request.form["username"])
        if user and check_password_hash(user.password_hash, request.form["password"]):
            login_user(user)
            return redirect("/dashboard")
    return render("login.njk", title="Log in", rememberDays=30)


@app.post("/logout")
def logout():
    logout_user()
    return redirect("/login")


@app.route("/dashboard")
@login_required
def dashboard():
    query = "SELECT * FROM events WHERE user_id = ? ORDER BY id DESC LIMIT 5"
    events = get_db().execute(query, (current_user.id,)).fetchall()
    return render("dashboard.njk", title="Dashboard", events=events)


def fill(db):
    db.executescript(TABLES)
    if db.execute("SELECT 1 FROM users").fetchone():
        return
    password_hash = generate_password_hash(os.environ["BENCH_PASSWORD"])
    event = ("Logged in", "2026-01-01T12:00:00.000Z", "Firefox on Linux")
    for user_id in range(1, 65):
        db.execute("INSERT INTO users VALUES (?, ?, ?)", (user_id, f"bench-{1_000_000 + user_id}", password_hash))
        for _ in range(5):
            db.execute("INSERT INTO events VALUES (NULL, ?, ?, ?, ?)", (user_id, *event))
    db.commit()


with app.app_context():
    fill(get_db())
