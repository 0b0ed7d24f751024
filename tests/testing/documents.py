"""Documents that the agency's desk sends to Georgia, and its contact receives: the command's words, and done."""

RECIPIENT = "georgia/prosecution-service"
NON_PERSONAL = ("--kind", "non-personal")


def sending(file, question=NON_PERSONAL, title=None):
    return "send", file, "--to", RECIPIENT, "--title", title or file.name, *question


def send(deployment, name, content="a document\n", question=NON_PERSONAL):
    """Sends a new file of that name; the document's name."""
    file = deployment.home / name
    file.write_text(content)
    return deployment.ask("desk-1", *sending(file, question))["name"]


def receiving(document, to):
    return "receive", document, "--to", to, "--purpose", "test"


def receive(deployment, document, name):
    """Receives it as a file of that name."""
    deployment.comity("tbilisi-1", *receiving(document, deployment.home / name))


def verifying(deployment, folder):
    """Evidence of a document, saved in a folder, is verified offline."""
    return (
        "evidence", "verify", folder, "--bundles", deployment.identity("desk-1") / "bundles",
        "--ledger-key", deployment.ledger_keys("document-exchange"),
    )  # fmt: skip
