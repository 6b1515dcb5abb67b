"""The calibration of how names are compared: pairs of one person, pairs of two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.progress.domain.names import OTHER, SAME, compare_names, find_name

SAME_PERSON = """
Mohamed Ould Salem | محمد ولد سالم
Mohamed Ahmed | Muhammad Ahmad
Mohammed Ben Youssef | محمد بن يوسف
Abdelkader Benali | عبد القادر بن علي
Abderrahmane Sow | عبد الرحمن صو
Abdul Rahman Osman | Abderrahmane Ousmane
Abdoul Karim Sylla | Abdelkarim Sylla
Abdessalam Toumi | عبد السلام التومي
Fatima Zahra El Idrissi | فاطمة الزهراء الإدريسي
Fatou Diop | Diop Fatou
DIALLO Mamadou Aliou | Mamadou Aliou Diallo
Aïssatou Ba | Aissatou BA
Amina Diallo | أمينة ديالو
José María García | Jose Maria Garcia
João da Silva Santos | Joao Santos
Maria da Conceição Lopes | Maria Conceicao Lopes
Chukwuemeka Okafor | Emeka Chukwuemeka Okafor
Khadija Bensouda | خديجة بنسودة
Youssef Cherif | يوسف الشريف
Yusuf Sharif | Youssef Chérif
Hassan Moussa Ibrahim | حسن موسى إبراهيم
Idriss Déby | إدريس ديبي
Nadia El Fassi | Nadia Al-Fassi
Ousmane Sembène | Usman Sembene
Zainab Uthman | Zeinab Othman
Amadou Touré | أمادو توري
Mariam Traoré | مريم تراوري
Tesfaye Bekele | ተስፋዬ በቀለ
Aminata Sall | أميناتا سال
Dr. Kofi Mensah | Kofi Mensah
Mme Awa Ndiaye | Awa N'Diaye
Ngozi Okonjo-Iweala | Ngozi Okonjo Iweala
Nelson Mandela | NELSON MANDELA
Ahmed Salem | أحمد سالم
Ali Hassan | علي حسن
Omar Abdallah | عمر عبد الله
Umar Abdullah | Oumar Abdoullah
Said Bouteflika | سعيد بوتفليقة
Leila Trabelsi | ليلى الطرابلسي
Layla Trabelsi | Leïla Trabelsi
Rachid Taha | رشيد طه
Rashid Taha | Rachid Taha
Karim Benzema | كريم بنزيمة
Samira Haddad | سميرة حداد
Hicham El Guerrouj | هشام الكروج
Tariq Ramadan | طارق رمضان
Tarek Ramadan | Tariq Ramadhan
Salma Bouchnak | سلمى بوشناق
Ibrahim Boubacar Keïta | Ibrahim Keita
Cheikh Anta Diop | Cheick Anta Diop
Houphouët Boigny | Houphouet-Boigny
Marie-Claire Mukamana | Mukamana Marie Claire
Jean Baptiste Habyarimana | Habyarimana Jean-Baptiste
Paulo António Vunge | Paulo Antonio Vunge
Isabel dos Santos Neto | Isabel Santos Neto
Gonçalo Tavares | Goncalo Tavares
Teodoro Obiang Nguema | Obiang Nguema Teodoro
Concepción Nsue | Concepcion Nsue
Abubakar Bello | Abu Bakar Bello
Aboubacar Camara | أبو بكر كمارا
Hawa Abdi Yusuf | حواء عبدي يوسف
Amina J. Mohammed | Amina Mohamed
Nour El Houda Mansouri | نور الهدى المنصوري
Wangari Maathai | Maathai Wangari
Thabo Mbeki | Thabo M'beki
Sidi Mohamed Ould Boubacar | سيدي محمد ولد بوبكر
Mahmoud Darwich | محمود درويش
Mustapha Kemal | مصطفى كمال
Moustafa Kamal | Mustapha Kamal
Faisal Hussein | فيصل حسين
"""
TWO_PEOPLE = """
Mohamed Ould Salem | محمد ولد أحمد
Mohamed Ahmed Salem | Mohamed Ahmed Vall
Amina Diallo | Awa Diallo
Amina Diallo | Amani Diallo
Amina Diallo | أمينة باري
Mohamed Ali | Mohamed Salem
Ali Hassan | Alaa Hussein
Ali Hassan | حسين علاء
Fatima Ahmed | محمد أحمد
Hassan Moussa | حسين موسى
João Silva | José Silva
Ana Santos | Ana Santiago
Ibrahim Traoré | Ibrahim Touré
Youssef Cherif | يونس الشريف
Aissatou Ba | Aminata Ba
Said Omar | Saida Omar
Amin Sow | Amina Sow
Karim Benali | كريمة بنعلي
Samir Haddad | سميرة حداد
Rachid Taha | راشد طاهر
Kofi Mensah | Kwame Mensah
Kofi Annan | Kofi Mensah
Fatou Diop | Fatou Diouf
Moussa Traoré | Modibo Keïta
Nelson Mandela | Winnie Mandela
Tesfaye Bekele | Tesfaye Alemu
Abdelkader Benali | Abdelkrim Benali
عبد القادر بن علي | عبد الكريم بن علي
Abderrahmane Sow | عبد الرحيم صو
Omar Abdallah | Amr Abdallah
عمر عبد الله | عامر عبد الله
Leila Trabelsi | Lilia Trabelsi
Hicham Amrani | Hachem Amrani
Tariq Ramadan | Tahar Ramadan
Salma Bouchnak | Salim Bouchnak
سلمى بوشناق | سليم بوشناق
Marie Mukamana | Marthe Mukamana
Jean Paul Kagame | Jean Pierre Kagame
Paulo Vunge | Paula Vunge
Isabel dos Santos | Isabel dos Anjos
Maria Lopes | Mariana Lopes
José García | José Garcés
Teodoro Obiang | Constancia Obiang
Abubakar Bello | Umar Bello
Amina Mohammed | Aminu Mohammed
Nour Mansouri | Nadir Mansouri
Wangari Maathai | Wanjiru Maathai
Mahmoud Darwich | أحمد درويش
Mustapha Kamal | مصعب كمال
Faisal Hussein | فهد حسين
Chinua Achebe | Chinwe Achebe
Ngozi Okafor | Nkechi Okafor
Emeka Okafor | Emeka Okeke
Cheikh Diop | Cheikh Diallo
Oumar Sy | Ousmane Sy
Mariam Keïta | Maryse Keïta
Aminata Sall | Macky Sall
Hawa Yusuf | Halima Yusuf
Said Ahmed | سهام أحمد
Ahmed Salem | أحمد سلطان
Hamid Alaoui | Hamida Alaoui
Nadia El Fassi | Nadir El Fassi
Mohamed | محمد
Diallo | Diallo
Grace Achieng | Grace Atieno
Joaquim Chissano | Joaquina Chissano
"""


def pairs(text: str) -> list[tuple[str, str]]:
    """Return the pairs of a list."""
    lines = (line.split(" | ") for line in text.strip().splitlines())
    return [(one, other) for one, other in lines]


@pytest.mark.parametrize(("one", "other"), pairs(SAME_PERSON))
def test_two_spellings_of_one_person_are_the_same(one: str, other: str) -> None:
    assert compare_names(one, other) >= SAME


@pytest.mark.parametrize(("one", "other"), pairs(TWO_PEOPLE))
def test_two_people_are_never_taken_for_one(one: str, other: str) -> None:
    assert compare_names(one, other) < SAME


def test_lists_are_long_enough_and_most_pairs_of_two_are_told_apart_surely() -> None:
    others = [compare_names(*pair) for pair in pairs(TWO_PEOPLE)]

    assert min(len(pairs(SAME_PERSON)), len(others)) >= 60
    assert sum(score < OTHER for score in others) >= 0.8 * len(others)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "Mohamed Ould Salem",
            "Certificate of completion\nThis is to certify that\nMOHAMED OULD SALEM\nhas completed",
        ),
        ("أمينة ديالو", "Certificat décerné à Mme Amina Diallo pour avoir suivi"),
        ("Amina Diallo", "تشهد المنظمة بأن السيدة أمينة ديالو قد أتمت الدورة"),
        ("Amina Diallo", "ةنيمأ ولايد"),
        ("Maria Lopes", "certifica que Maria da Conceição Lopes concluiu"),
    ],
)
def test_a_name_is_found_in_a_text(name: str, text: str) -> None:
    assert find_name(name, text) >= SAME


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Awa Diallo", "This certifies that Amina Diallo has completed"),
        ("Mohamed Ahmed Salem", "This certifies that Mohamed Ahmed Vall has completed"),
        ("Said Omar", "certifies that Saida Omar has completed"),
        ("Amina Diallo", ""),
        ("", "This certifies that Amina Diallo has completed"),
    ],
)
def test_another_name_is_not_found(name: str, text: str) -> None:
    assert find_name(name, text) < SAME


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_two_texts_have_a_confidence_the_same_both_ways(
    one: str, other: str
) -> None:
    score = compare_names(one, other)

    assert 0 <= score <= 1
    assert compare_names(other, one) == pytest.approx(score)
