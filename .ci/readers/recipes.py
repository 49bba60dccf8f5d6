"""Takes the recipes out of docs/ci.md and runs their commands.

recipes.py extract PAGE DIR   writes every fenced block behind a comment "file: NAME" to DIR/NAME
recipes.py run DIR WORK       runs the commands of each, as they stand, in a repository with a bad Dockerfile and in one with a clean one
"""
import os
import pathlib
import re
import subprocess
import sys

from ruamel.yaml import YAML


def extract(page, to):
    text = pathlib.Path(page).read_text()
    names = re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)^```$", text, re.S | re.M)
    if len(names) != text.count("<!-- file:"):
        sys.exit(f"{page}: {text.count('<!-- file:')} files are named, {len(names)} have a block")
    for name, content in names:
        file = pathlib.Path(to) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    print(f"{len(names)} files in {page}")


def load(folder, name):
    return YAML(typ="safe").load((folder / name).read_text())


def scripts(folder):
    """Yields the name of each recipe, its commands, the report that they write, and what the exit code is where something is found."""
    gitlab = load(folder, ".gitlab-ci.yml")["plimline"]
    yield "GitLab", gitlab["script"], gitlab["artifacts"]["reports"]["codequality"], 1
    azure = load(folder, "azure-pipelines.yml")
    yield "Azure", [s["script"] for s in azure["steps"] if "script" in s], None, 1
    circle = load(folder, ".circleci/config.yml")["jobs"]["plimline"]["steps"]
    kept = next(s["store_test_results"]["path"] for s in circle if "store_test_results" in s)
    yield "CircleCI", [s["run"] for s in circle if "run" in s], kept + "/plimline.xml", 1
    jenkins = (folder / "Jenkinsfile").read_text()
    yield "Jenkins", re.findall(r"sh '(.*)'", jenkins), re.search(r"pattern: '(.*?)'", jenkins)[1], 0
    bitbucket = load(folder, "bitbucket-pipelines.yml")["pipelines"]["default"][0]["step"]
    yield "Bitbucket", bitbucket["script"], "test-results/plimline.xml", 1
    for name, file in ("Drone", ".drone.yml"), ("Woodpecker", ".woodpecker.yaml"):
        yield name, load(folder, file)["steps"][0]["commands"], None, 1
    yield "make", ["make -f " + str(folder / "Makefile")], None, 2  # make's own for a command that fails


def run(folder, work):
    for name, commands, report, found in scripts(folder):
        for kind, dockerfile, want in ("bad", "FROM alpine:latest\nUSER 1\n", found), ("clean", "FROM alpine:3.20\nUSER 1\n", 0):
            repository = work / name / kind
            repository.mkdir(parents=True)
            (repository / "Dockerfile").write_text(dockerfile)
            script = "set -e\n" + "\n".join(commands)
            done = subprocess.run(["bash", "-c", script], cwd=repository, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if done.returncode != want:
                sys.exit(f"{name}, {kind}: exit code {done.returncode}, want {want}\n{done.stdout}")
            if kind == "bad" and "whatever was pushed to it last" not in done.stdout:
                sys.exit(f"{name}: the log does not say what is wrong\n{done.stdout}")
            if report and ("latest-tag" in (repository / report).read_text()) != (kind == "bad"):
                sys.exit(f"{name}, {kind}: {report} is wrong\n{(repository / report).read_text()}")
        print(f"{name}: ran, with {len(commands)} commands")


if __name__ == "__main__":
    if sys.argv[1] == "extract":
        extract(*sys.argv[2:])
    else:
        run(*(pathlib.Path(p).resolve() for p in sys.argv[2:]))
