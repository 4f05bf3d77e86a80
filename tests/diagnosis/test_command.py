"""The command says what diagnose says, exits as promised, and shows errors of the user's as theirs.

The module that it looks at is written into an empty folder.
"""

import json
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

import weightinit as wi
from weightinit import _command
from weightinit._command import main
from weightinit.diagnosis import PROBLEMS

pytestmark = pytest.mark.usefixtures("folder")

STARTS = """
import numpy as np
import weightinit as wi

X = np.random.default_rng(1).standard_normal((100, 64))
Y = np.arange(100) % 10

def start(std):
    return wi.mlp([64, *[64] * 4, 10]).initialize(wi.Normal(std=std), rng=0)

def good():
    return start(0.18)

def bad():
    return start(0.01)

class Trainer:
    @staticmethod
    def with_batch():
        return bad(), X

def with_labels():
    return bad(), X, Y

def named():
    return {"model": bad(), "x": X, "y": Y}

ready = bad()

def talking():
    print("loading the data")
    return bad()

def broken():
    net = good()
    net.parameters["dense1.weight"][0, 0] = np.nan
    return net

def fails():
    raise LookupError("the data are not here")

def fails_inside():
    return wi.mlp([64, "many"])

def leaves():
    raise SystemExit(0)

def needs(width):
    return good()

def nothing():
    start(0.18)

def without_weights():
    return wi.mlp([64, 10])

def words():
    return wi.rnn(9, 4, 2).initialize(wi.he_normal, rng=0)

def labels_alone():
    return {"model": good(), "y": Y}

def odd_keys():
    return {"net": good()}

def wrong_batch():
    return good(), X[:, :3]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Stand in an empty folder that holds the module; forget it afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # files change within a second here
    (tmp_path / "starts.py").write_text(STARTS, "utf-8")
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def net(std=0.01):
    """Return the network of the module, made here."""
    return wi.mlp([64, *[64] * 4, 10]).initialize(wi.Normal(std=std), rng=0)


X = np.random.default_rng(1).standard_normal((100, 64))
Y = np.arange(100) % 10


@pytest.mark.parametrize(
    "factory, given",
    [
        ("Trainer.with_batch", (X,)),
        ("with_labels", (X, Y)),
        ("named", (X, Y)),
    ],
)
def test_it_prints_the_report_of_diagnose(capsys, factory, given):
    """A model with its batch, in either form: the report of diagnose, and status 1."""
    assert main(["diagnose", f"starts:{factory}"]) == 1
    told, errors = capsys.readouterr()
    assert told == f"{wi.diagnose(net(), *given)}\n"
    assert not errors


@pytest.mark.parametrize("factory, status", [("good", 0), ("bad", 1), ("ready", 1)])
def test_a_network_alone_gets_standard_normal_inputs(capsys, factory, status):
    """Status 0 without a finding and 1 with; the output says that the inputs are made up."""
    assert main(["diagnose", f"starts:{factory}"]) == status
    told = capsys.readouterr().out
    x = np.random.default_rng(0).standard_normal((128, 64))
    report = str(wi.diagnose(net(0.01 if status else 0.18), x))
    assert told.startswith(report)
    assert "no inputs were given" in told.removeprefix(report)


def test_json_is_strict_and_holds_the_same(capsys):
    """The facts of diagnose, with what is not finite as a string, and nothing of the user's."""
    assert main(["diagnose", "starts:broken", "--json"]) == 1
    text = capsys.readouterr().out
    facts = json.loads(text, parse_constant=pytest.fail)
    made = net(0.18)
    made.parameters["dense1.weight"][0, 0] = np.nan
    found = wi.diagnose(made, np.random.default_rng(0).standard_normal((128, 64)))
    assert (facts["passed"], facts["healthy"], facts["inputs made up"]) == (False, False, True)
    assert [finding["problem"] for finding in facts["findings"]] == ["non-finite"]
    assert facts["findings"][0]["severity"] == "inf"
    assert facts["findings"][0]["remedy"] == found.findings[0].remedy
    starts = facts["findings"][0]["start"]
    assert {key: eval(code, {"wi": wi}) for key, code in starts.items()} == dict(
        found.findings[0].start
    )
    assert facts["layers"][1]["second_moment"] == "nan"
    assert float(facts["layers"][0]["std"]) == found.layers[0].std
    assert (facts["seen"], facts["unseen"]) == (found.seen, list(found.unseen))
    assert set(facts["findings"][0]) >= set(vars(found.findings[0]))


def test_prints_of_the_users_code_are_kept_apart(capsys):
    """What the factory prints goes to standard error, so that JSON can be piped."""
    main(["diagnose", "starts:talking", "--json"])
    told, errors = capsys.readouterr()
    assert errors == "loading the data\n"
    assert json.loads(told)["passed"] is False


def test_problems_can_be_accepted():
    """As for assert_healthy: with the problem and its consequences accepted the status is 0."""
    (finding,) = wi.diagnose(net(), X).findings
    accepted = {finding.problem, *(told.partition(" in ")[0] for told in finding.consequences)}
    options = [word for problem in accepted for word in ("--ignore", problem)]
    assert main(["diagnose", "starts:Trainer.with_batch", *options]) == 0
    assert main(["diagnose", "starts:Trainer.with_batch", *options[:-2]]) == 1


def test_what_was_not_judged_does_not_pass(capsys, monkeypatch):
    """With a share of the parameters unseen the status is 1, unless that share is asked for."""
    found = wi.diagnose(net(0.18), X)
    vars(found).update(seen=0.75, unseen=("head.weight (Odd): not known",))
    monkeypatch.setattr(_command, "diagnose", lambda *_, **__: found)
    assert main(["diagnose", "starts:good"]) == 1
    assert "head.weight (Odd): not known" in capsys.readouterr().out
    assert main(["diagnose", "starts:good", "--seen", "0.75"]) == 0
    capsys.readouterr()
    assert main(["diagnose", "starts:good", "--json"]) == 1
    facts = json.loads(capsys.readouterr().out)
    assert (facts["passed"], facts["healthy"], facts["seen"]) == (False, True, 0.75)


@pytest.mark.parametrize(
    "target, told",
    [
        ("starts", r"write module:factory .* got 'starts'"),
        ("starts.py:good", r"there is no module 'starts.py'"),
        ("./starts:good", r"write module:factory"),
        ("startz:good", r"there is no module 'startz', neither in the current directory nor"),
        ("starts:god", r"starts has no 'god'; it defines start, good, bad, Trainer and \d+ more"),
        (
            "starts:nothing",
            r'starts:nothing must give the model, \(model, x\), .*"loss".* got None',
        ),
        ("starts:odd_keys", r"must give the model.* got keys \['net'\]"),
        ("starts:without_weights", r"starts:without_weights: this model has no weights yet"),
        ("starts:words", r"gives no inputs, and this model says nothing .* \(model, x\)"),
        ("starts:labels_alone", r"gives y without x"),
        ("starts:wrong_batch", r"starts:wrong_batch: x must be a batch of shape"),
    ],
)
def test_what_cannot_be_diagnosed_is_said_without_traceback(capsys, target, told):
    """One message that says what is missing, on standard error, and status 2."""
    assert main(["diagnose", target]) == 2
    out, errors = capsys.readouterr()
    assert not out
    assert re.search(told, errors, re.IGNORECASE)
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    "target, last, lines",
    [
        ("starts:fails", "LookupError: the data are not here", ['raise LookupError("the data']),
        ("starts:fails_inside", "TypeError: sizes", ['return wi.mlp([64, "many"])']),
        ("starts:leaves", "SystemExit: 0", ["raise SystemExit(0)"]),
        ("starts:needs", "TypeError: needs() missing 1 required positional argument", []),
        ("other:make", "ZeroDivisionError", ["import third", "1 / 0"]),
        ("lacking:make", "ModuleNotFoundError: No module named 'nowhere'", ["import nowhere"]),
        ("typo:make", "SyntaxError", ["def make(:"]),
    ],
)
def test_errors_of_the_users_code_are_theirs(folder, capsys, target, last, lines):
    """Their traceback with no frame of this package, then where it was raised; status 2."""
    (folder / "other.py").write_text("import third\n", "utf-8")
    (folder / "third.py").write_text("1 / 0\n", "utf-8")
    (folder / "lacking.py").write_text("import nowhere\n", "utf-8")
    (folder / "typo.py").write_text("def make(:\n    pass\n", "utf-8")
    assert main(["diagnose", target]) == 2
    out, errors = capsys.readouterr()
    assert not out
    assert re.search(rf"^{re.escape(last)}", errors, re.MULTILINE)
    assert all(line in errors for line in lines)
    files = re.findall(r'File "(.+?)"', errors)
    assert len(files) == len(lines)
    assert all(Path(file).parent == folder for file in files)
    assert errors.splitlines()[-1].startswith("raised ")


def test_an_error_in_the_models_own_code_is_theirs(folder, capsys):
    """What a layer of the user's raises in the pass is shown with their line."""
    (folder / "layer.py").write_text(
        "import weightinit as wi\n"
        "from weightinit.networks import ActivationLayer, Dense\n\n"
        "class Odd(ActivationLayer):\n"
        "    def _forward(self, *given):\n"
        "        return {}['signal']\n\n"
        "def make():\n"
        "    net = wi.Network([Dense(4), Odd('relu'), Dense(2)], input_shape=(3,))\n"
        "    return net.initialize(wi.he_normal, rng=0)\n",
        "utf-8",
    )
    assert main(["diagnose", "layer:make"]) == 2
    errors = capsys.readouterr().err
    assert re.findall(r'File "(.+?)"', errors) == [str(folder / "layer.py")]
    assert "KeyError: 'signal'\nraised while the model of layer:make was run" in errors


def test_a_fault_of_the_package_is_no_finding(capsys, monkeypatch):
    """An error that no check of the package raises on purpose has its traceback, and status 2."""
    monkeypatch.setattr("weightinit.diagnosis.judging._checked", lambda _: {}["rows"])
    monkeypatch.setattr(_command, "raised_here", lambda _: True)
    assert main(["diagnose", "starts:good"]) == 2
    told = capsys.readouterr().err
    assert "KeyError: 'rows'" in told
    assert "a fault of weightinit" in told


@pytest.mark.parametrize(
    "options, told",
    [
        ([], "the following arguments are required: command"),
        (["judge"], "invalid choice: 'judge'"),
        (["diagnose"], "the following arguments are required: module:factory"),
        (["diagnose", "starts:good", "--ignore", "tired"], "ignore must be one of 'dead units'"),
        (["diagnose", "starts:good", "--seen", "95"], "seen must be a share from 0 to 1"),
        (["diagnose", "starts:good", "--seen", "nan"], "seen must be"),
    ],
)
def test_wrong_usage(capsys, options, told):
    """The usage and what is wrong, and status 2."""
    with pytest.raises(SystemExit) as left:
        main(options)
    assert left.value.code == 2
    errors = capsys.readouterr().err
    assert errors.startswith("usage: python -m weightinit")
    assert told in errors


def test_help_says_what_the_factory_gives_and_what_the_status_means(capsys):
    """The help names every problem, each form of answer and each status."""
    with pytest.raises(SystemExit) as left:
        main(["diagnose", "--help"])
    assert left.value.code == 0
    told = " ".join(capsys.readouterr().out.split())
    for part in (*PROBLEMS, "(model, x, y)", "((module, variables), x)", "exit status: 0"):
        assert part in told


def run(folder, *options):
    """Run the command in a process of its own."""
    paths = [str(Path(wi.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.run(
        [sys.executable, "-m", "weightinit", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("factory, status", [("good", 0), ("bad", 1), ("fails", 2)])
def test_the_process_exits_with_the_status(folder, factory, status):
    """Run by ``python -m``: the module in the current directory, the report, the status."""
    done = run(folder, "diagnose", f"starts:{factory}")
    assert done.returncode == status
    assert bool(done.stdout) == (status < 2)
    assert "weightinit" not in done.stderr


def test_version():
    """The version is that of the installed package."""
    assert run(".", "--version").stdout == f"weightinit {version('weightinit')}\n"
