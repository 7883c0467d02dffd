"""Fifty mails that let their reader into an account, and ordinary ones that look a little like them."""

import pytest

from crmbot.crm.emails.sensitive import is_sensitive

WAYS_IN = """
Please verify your email address
Verify your e-mail
Email verification required
Confirm your email
Confirm your account
Confirm your subscription
Confirm you want to join
Activate your account
Account activation
Your activation link
Reset your password
Password reset request
Your password has been changed
Forgot your password?
Your new password
One-time passcode
Your one-time code
Your security code
Your verification code is 482913
Login code: 4829
Your sign-in link
Sign in to Acme
Complete your sign-up
New sign-in from Chrome on Windows
New device signed in
Log in to your account
Your magic link
Your 2FA backup codes
Two-factor authentication enabled
Invitation to join Acme on Slack
Gmail Forwarding Confirmation - Receive Mail from jane@ours.example
(#123456) Gmail Forwarding Confirmation
Bestätigen Sie Ihre E-Mail-Adresse
Bitte bestätige deine Anmeldung
Ihr Passwort zurücksetzen
Neues Kennwort
Ihr Sicherheitscode
Ihr Zugangscode
Registrierung abschließen
Anmeldung von einem neuen Gerät
Weiterleitungsbestätigung
Vérifiez votre adresse
Votre code de vérification
Réinitialiser votre mot de passe
Confirmez votre inscription
Restablece tu contraseña
Confirma tu correo
Conferma il tuo indirizzo
Bevestig je e-mailadres
Wachtwoord vergeten
Redefinir senha
""".strip().splitlines()

ORDINARY = """
Offer for 40 seats
Re: code of conduct
Invoice 4711
Meeting on Monday
Renewal of your contract
Order confirmation of our 40 chairs
Question about the price list
Key accounts in the north
Seats, again
""".strip().splitlines()


@pytest.mark.parametrize("subject", WAYS_IN)
def test_way_into_an_account_is_known_by_its_subject(subject: str) -> None:
    assert is_sensitive(subject, "", "hello@acme.example")


@pytest.mark.parametrize("subject", ORDINARY)
def test_ordinary_mail_is_shown(subject: str) -> None:
    assert not is_sensitive(subject, "We need 40 seats until 2031. See https://acme.example/offer", "bo@acme.example")
