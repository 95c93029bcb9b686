"""What is answered to a danger where the business has no words of its own: first get safe, then who is being told.

Vetted against the public advice of fire services, the CPSC, the NWS and the Red Cross: leave first, no switches, call
from outside. Never says that somebody is coming. GSM-7 letters only, two segments at most.
"""

from leads.enums import Danger, Language

WORDING: dict[Language, dict[str, str]] = {
    Language.ENGLISH: {
        Danger.GAS: (
            "{business}: if you smell gas, leave now. Do not touch switches, phones or flames inside. From "
            "outside call 911 and your gas company. We are alerting our team."
        ),
        Danger.CARBON_MONOXIDE: (
            "{business}: carbon monoxide can kill. Get everybody out into fresh air now and call 911 from "
            "outside. Do not go back in. We are alerting our team."
        ),
        Danger.FIRE: (
            "{business}: get everybody out now, close doors behind you and call 911 from outside. Do not go back "
            "in. We are alerting our team."
        ),
        Danger.SPARKS: (
            "{business}: keep away and touch nothing wet or sparking. Only if it is safe, switch off the main "
            "breaker. Smoke, fire or a shock: get out and call 911. We are alerting our team."
        ),
        Danger.FLOODING: (
            "{business}: if it is safe, close the main water valve. Keep out of water near outlets or appliances."
            " If anyone is in danger, call 911. We are alerting our team."
        ),
        Danger.SEWAGE: (
            "{business}: keep people and pets away from it and run no water, toilet or washer. We are alerting "
            "our team."
        ),
        Danger.MEDICAL: (
            "{business}: if this may be an emergency, call 911 now or go to the nearest emergency room. Do not "
            "wait for our text. We are alerting our team."
        ),
        Danger.NO_HEAT_VULNERABLE: (
            "{business}: please bring everybody to a safe warm or cool room or to a neighbor. If anyone feels "
            "unwell, call 911. Never heat with an oven or grill. We are alerting our team."
        ),
        Danger.BREAK_IN: (
            "{business}: if somebody may still be there, leave, get safe and call 911 first. We are alerting our team."
        ),
        Danger.COLLAPSE: (
            "{business}: get everybody out from under it and keep away from wires. If anyone is hurt or wires are"
            " down, call 911. We are alerting our team."
        ),
        Danger.TRAPPED: (
            "{business}: if a person or a pet is locked in and it is hot, cold or they are unwell, call 911 now. "
            "We are alerting our team."
        ),
        Danger.STRANDED: (
            "{business}: get well away from traffic, switch on the hazard lights. In danger, or anyone hurt: call"
            " 911. We are alerting our team."
        ),
        Danger.ARREST: (
            "{business}: you may ask for a lawyer and need not answer questions until then. We are alerting our "
            "team. Please keep your phone at hand."
        ),
    },
    Language.SPANISH: {
        Danger.GAS: (
            "{business}: si huele a gas, salga ya. No toque interruptores, llamas ni el celular adentro. Desde "
            "afuera llame al 911 y a la empresa de gas. Estamos avisando al equipo."
        ),
        Danger.CARBON_MONOXIDE: (
            "{business}: el gas de carbono puede matar. Salgan todos al aire libre ya y llame al 911 desde "
            "afuera. No vuelva a entrar. Estamos avisando al equipo."
        ),
        Danger.FIRE: (
            "{business}: salgan todos ya, cierre las puertas y llame al 911 desde afuera. No vuelva a entrar. "
            "Estamos avisando al equipo."
        ),
        Danger.SPARKS: (
            "{business}: no se acerque ni toque nada mojado. Solo si no hay peligro, corte la luz en el tablero. "
            "Si hay humo o fuego, salga y llame al 911. Estamos avisando al equipo."
        ),
        Danger.FLOODING: (
            "{business}: si no hay peligro, cierre la llave principal del agua. No pise agua cerca de enchufes. "
            "Si alguien corre peligro, llame al 911. Estamos avisando al equipo."
        ),
        Danger.SEWAGE: (
            "{business}: nadie debe tocarlo. No use agua, inodoro ni lavadora. Estamos avisando al equipo."
        ),
        Danger.MEDICAL: (
            "{business}: si puede ser una emergencia, llame ya al 911 o vaya a urgencias. No espere nuestro "
            "mensaje. Estamos avisando al equipo."
        ),
        Danger.NO_HEAT_VULNERABLE: (
            "{business}: lleve a todos a un lugar seguro o con un vecino. Si alguien se siente mal, llame al 911."
            " Nunca caliente con horno o parrilla. Estamos avisando al equipo."
        ),
        Danger.BREAK_IN: (
            "{business}: si puede haber alguien adentro, salga y llame primero al 911. Estamos avisando al equipo."
        ),
        Danger.COLLAPSE: (
            "{business}: salgan de ese lugar y no se acerque a los cables. Si hay heridos o cables en el suelo, "
            "llame al 911. Estamos avisando al equipo."
        ),
        Danger.TRAPPED: (
            "{business}: si alguien no puede salir y hace mucho calor o se siente mal, llame ya al 911. Estamos "
            "avisando al equipo."
        ),
        Danger.STRANDED: (
            "{business}: vaya lejos de los carros y encienda las luces intermitentes. Si hay peligro o heridos, "
            "llame al 911. Estamos avisando al equipo."
        ),
        Danger.ARREST: (
            "{business}: puede pedir un abogado y no tiene que responder preguntas. Estamos avisando al equipo. "
            "Tenga su celular a mano."
        ),
    },
}
