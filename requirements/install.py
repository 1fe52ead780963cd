"""Build ``.venv`` from the hash-locked requirements: ``install.py runtime`` or ``install.py dev``.

``install.py spark`` builds ``.venv-spark``, in which the engines beside the default one are tested.

Runs on the bare python3 of the machine (standard library alone, and an old
syntax, so that a python that is too old gets a sentence and no traceback).
pip installs uv from its hashed pin, uv installs the lock, the project itself
goes in without build isolation: nothing comes from outside the hashes. Where
uv cannot reach an index that only pip is configured for, pip does it.
"""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
VENV = os.path.join(ROOT, ".venv-spark" if sys.argv[1:] == ["spark"] else ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
OLDEST = (3, 11)


def stop(sentence):
    """End with one sentence on stderr."""
    sys.stderr.write("error: " + sentence + "\n")
    raise SystemExit(1)


def run(*command, **options):
    """Run ``command`` in the project; True when it ended well."""
    return subprocess.call(command, cwd=ROOT, stdin=subprocess.DEVNULL, **options) == 0


def lock(name):
    """Path of ``requirements/NAME.lock`` as seen from the project."""
    return os.path.join("requirements", name + ".lock")


def has(module):
    """True when this python3 can import ``module``."""
    try:
        __import__(module)
    except ImportError:
        return False
    return True


def pip_command():
    """pip of the new environment, or this python3's pip working on it."""
    if subprocess.call([PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL) == 0:
        return (PYTHON, "-m", "pip")
    return (sys.executable, "-m", "pip", "--python", PYTHON)


def make_venv():
    """Create ``.venv`` with pip inside, or say in a sentence what is missing."""
    if sys.version_info[:2] < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        stop("this is python " + found + ", 3.11 or newer is needed: install it, or make PYTHON=python3.12")
    # A bare Debian or Ubuntu python3 has no ensurepip; the system's own pip can stand in for it.
    has_pip = has("ensurepip")
    if not has("venv") or not (has_pip or has("pip")):
        stop(
            "this python3 cannot make virtual environments (no module ensurepip): install the "
            "system's package for it (Debian and Ubuntu: python3-venv)"
        )
    options = () if has_pip else ("--without-pip",)
    if not run(sys.executable, "-m", "venv", *options, VENV):
        stop("could not make " + VENV + ": see the lines above")


def uv_environment():
    """Environment for uv: its cache where it can write, pip's index where only pip has one."""
    env = dict(os.environ)
    env.pop("VIRTUAL_ENV", None)
    env.pop("CONDA_PREFIX", None)
    home = os.path.expanduser("~")
    cache = env.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    nearest = cache
    while not os.path.isdir(nearest) and os.path.dirname(nearest) != nearest:
        nearest = os.path.dirname(nearest)
    if not env.get("UV_CACHE_DIR") and not (os.path.isabs(cache) and os.access(nearest, os.W_OK)):
        env["UV_CACHE_DIR"] = os.path.join(VENV, "cache")
    if not any(name in env for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX")):
        index = pip_index()
        if index:
            env["UV_DEFAULT_INDEX"] = index
    return env


def pip_index():
    """The index that pip is configured for, or an empty string."""
    for name in ("install.index-url", "global.index-url"):
        ask = [*pip_command(), "config", "get", name]
        answer = subprocess.run(ask, capture_output=True, text=True, cwd=ROOT)
        if answer.returncode == 0:
            return answer.stdout.strip()
    return os.environ.get("PIP_INDEX_URL", "")


def install(kind):
    """Everything of ``kind`` into ``.venv``: uv, the lock, bytecode, the project."""
    hashed = ("--require-hashes", "--only-binary", ":all:", "-r")
    pip = (*pip_command(), "--disable-pip-version-check", "--no-input", "install", "-q")
    if not run(*pip, *hashed, lock("bootstrap")):
        stop("could not install uv from its hashed pin: is there a network or a package mirror?")
    env = uv_environment()
    uv = (PYTHON, "-m", "uv", "pip", "install", "-q", "--python", PYTHON)
    if kind == "spark":
        # Spark comes as source: built by the hashed build tool alone, without the index.
        if not run(*uv, *hashed, lock("spark-build"), env=env):
            stop("could not install " + lock("spark-build") + ": see the lines above")
        hashed = ("--require-hashes", "--no-build-isolation", "-r")
    if not run(*uv, "--compile-bytecode", *hashed, lock(kind), env=env):
        sys.stderr.write("uv could not install the lock, trying pip\n")
        if not run(*pip, *hashed, lock(kind)):
            stop("could not install " + lock(kind) + ": see the lines above")
    project = ("--no-deps", "--no-build-isolation", "-e", ".")
    if not run(*uv, *project, env=env) and not run(*pip, *project):
        stop("could not install the project itself: see the lines above")


if __name__ == "__main__":
    make_venv()
    install(sys.argv[1])
